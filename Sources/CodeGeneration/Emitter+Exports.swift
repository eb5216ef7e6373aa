import BPFModel
import DataModel
import Plan

/// Exports of tuples, and the areas that records are staged in.
extension Emitter {
  mutating func export(_ number: Int) -> [CStatement] {
    let export = reach.placed.exports[number]
    let node = reach.plan.nodes[export.node]
    let words = export.wordCount
    let (area, stream, bytes) = addStaging(
      CIdentifier(sanitizing: "export_\(number)"), words: words,
      content: .tuples(export: number))
    func room(_ word: Int) -> CExpression { .index(.name("room"), .integer(UInt64(word))) }
    var copies: [CStatement] = [
      .assign(room(0), fields.tick),
      .assign(room(1), export.needsOrder ? fields.order : 0),
    ]
    let validityWords = (export.fields.count + 7) / 8
    for word in 0..<validityWords {
      let place = word * 8
      var value: CExpression?
      for (byte, id) in export.fields[place..<min(place + 8, export.fields.count)].enumerated() {
        let code = validityByte(id)
        if code == 0 { continue }
        let placed = byte == 0 ? code : .cast(.u64, code) << .integer(UInt64(byte * 8))
        value = value.map { $0 | placed } ?? placed
      }
      copies.append(.assign(room(2 + word), value ?? 0))
    }
    var lane = 2 + validityWords
    for id in export.fields {
      if id.bytes != nil {
        copies.append(.assign(room(lane), payload(into: lane + 1)))
      } else {
        for (place, value) in fields.lanes(of: id).enumerated() {
          copies.append(.assign(room(lane + place), value))
        }
      }
      lane += Export.words(of: id)
    }
    let statements = [CStatement.block(stage(area, stream, copies))]
    note(.export(number), statements, stateBytes: bytes, recordWords: words)
    return [.blank, .comment("\(node.name): tuples for the host")]
      + outlined(
        "export", number, readsFrame: export.fields.contains { $0.bytes != nil },
        located(node.textOffset, statements))
  }

  /// Copies the first bytes of the payload behind this word of the record; how many there were.
  private func payload(into word: Int) -> CExpression {
    .call(
      "sal_payload_copy",
      [
        .name(Names.frame), fields.payloadPlace, .member(.name(Names.length), "cap"),
        .cast(.pointer(.u8), .name("room") + .integer(UInt64(word))),
      ])
  }

  /// 0 missing, 1 present; of an either-family address 4 or 6.
  private func validityByte(_ id: FieldID) -> CExpression {
    guard id.field.type == .ip else { return fields.validity(of: id).bit }
    let address = fields.address(of: id)
    return (address.v4 == .never ? 0 : address.v4.select(4))
      | (address.v6 == .never ? 0 : address.v6.select(6))
  }

  func stage(
    _ area: CExpression, _ stream: Int, _ copies: [CStatement]
  ) -> [CStatement] {
    [
      .declare(
        .pointer(.u64), "room",
        .call("SAL_STAGE", [area, .integer(UInt64(stream)), fields.index, 1])),
      .branch(.name("room"), copies, []),
    ]
  }

  mutating func addStaging(
    _ name: CIdentifier, words: Int, content: ProgramLayout.Stream.Content
  ) -> (area: CExpression, stream: Int, bytes: Int) {
    structures.append(
      .structure(
        name,
        [
          CMember(.structure("sal_staging"), "staging"),
          CMember(.u64, "record", counts: [ProgramLayout.Stream.batchRecords, words]),
        ]))
    structures.append(.blank)
    let bytes = HalfBuilder.stagedBytes(recordWords: words, alignment: 8)
    let stream = half.streams.count
    _ = half.addStaged(
      name, name, bytes: bytes, alignment: 8, content: content, recordWords: words)
    return (.unary(.address, .arrow(.name(Names.half), name)), stream, bytes)
  }
}
