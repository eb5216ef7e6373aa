import BPFModel
import DataModel

/// Declares the sets that rows feed back, and emits the question whether a key is in one.
struct SetLowering {
  /// The words of each set's key, by ``SetID``; one for a set that holds all tuples or none.
  let keyWords: [Int]

  /// log2 of the slots of a set; a quarter of the slots hold members without trouble.
  static let slotBits = 14

  init(_ sets: [[ScalarType]]) { keyWords = sets.map { max(1, KeyLayout(types: $0).wordCount) } }

  static func variable(_ index: Int) -> CIdentifier { CIdentifier(sanitizing: "set_\(index)") }

  /// `SAL_SET(…)` for each set in use.
  func declarations(used: Set<SetID>) -> [CDeclaration] {
    used.map(\.index).sorted().map { index in
      .invocation(
        "SAL_SET",
        [
          .name(Self.variable(index)), .integer(UInt64(keyWords[index])),
          .integer(UInt64(Self.slotBits)),
        ], terminated: true)
    }
  }

  /// What the host has to know of them; every set of the plan, in order.
  var layout: [ProgramLayout.MembershipSet] {
    keyWords.indices.map {
      ProgramLayout.MembershipSet(
        variable: Self.variable($0).text, slots: 1 << Self.slotBits, keyWords: keyWords[$0])
    }
  }

  /// The question; `words` is the name of an array that holds the key.
  func mask(
    _ id: SetID, hash: CExpression, words: CIdentifier, tick: CExpression, within: Int64
  ) -> Mask {
    .call(
      "sal_set_member_within", .name(Self.variable(id.index)),
      .integer(UInt64(Self.slotBits)), .integer(UInt64(keyWords[id.index])), hash, .name(words),
      tick, .signed(within))
  }
}
