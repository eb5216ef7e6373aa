import BPFModel
import DataModel

/// Emits searches of the payload: a needle and a function for each, over one buffer in the half.
enum Search {
  /// The half's member that the payload is copied to.
  static let buffer: CIdentifier = "payload"
  /// `SAL_PAYLOAD_BUFFER` in words.
  static let bufferWords = (PayloadSearch.limit + PayloadSearch.needleLimit) / 8

  private static func name(_ id: FieldID, _ prefix: String) -> CIdentifier {
    let needle = id.needle ?? []
    let digits = needle.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return CIdentifier(sanitizing: prefix + digits)
  }

  /// The needle: words as a load of the target, which is little-endian, gives them.
  static func needle(_ id: FieldID) -> [CDeclaration] {
    let bytes = id.needle ?? []
    let count = PayloadSearch.needleLimit / 8
    func words(_ value: (Int) -> UInt64) -> CExpression {
      .list(
        (0..<count).map { word in
          .hex(
            (0..<8).reduce(0) { sum, byte in
              let index = word * 8 + byte
              return index < bytes.count ? sum | value(index) << UInt64(8 * byte) : sum
            })
        })
    }
    return [
      .variable(
        prefix: "static const", .structure("sal_needle"), name(id, "needle_"), counts: [],
        .list([words { UInt64(bytes[$0]) }, words { _ in 0xFF }, .integer(UInt64(bytes.count))]))
    ]
  }

  /// Whether the payload at `place` has the needle.
  static func function(_ id: FieldID) -> [CDeclaration] {
    let words = ((id.needle?.count ?? 0) + 7) / 8
    return [
      .blank, .comment(id.field.name),
      .function(
        prefix: "SAL_NOINLINE", .u64, name(id, "find_"),
        [
          CParameter(.pointer(.structure("xdp_md")), Names.frame),
          CParameter(.pointer(.structure(HalfBuilder.name)), Names.half),
          CParameter(.u64, "place"), CParameter(.u64, "cap"),
        ],
        [
          .return(
            .call(
              "sal_payload_has",
              [
                .name(Names.frame), .name("place"), .name("cap"),
                .cast(.pointer(.u8), .arrow(.name(Names.half), buffer)),
                .unary(.address, .name(name(id, "needle_"))), .integer(UInt64(words)),
              ]))
        ]),
    ]
  }

  /// Makes the search.
  static func made(_ id: FieldID, _ fields: FieldTable) -> CStatement {
    .assign(
      fields.places(of: id)[0],
      .call(
        name(id, "find_"),
        [
          .name(Names.frame), .name(Names.half), fields.payloadPlace,
          .member(.name(Names.length), "cap"),
        ]))
  }
}
