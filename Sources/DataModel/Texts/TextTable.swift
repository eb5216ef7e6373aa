import Synchronization

/// Texts by number, so that a text is one lane: equal texts have equal codes.
///
/// One table for the process, because a value is read far from the source that it came from. A code
/// stays its text's for as long as anybody may hold it (``TextHold``), then goes to another text; a
/// text that finds no room has no code. Codes say nothing about the order of texts.
public enum TextTable {
  /// Texts that the table holds at most.
  public static let textsMax = 1 << 20
  /// Bytes of all its texts at most.
  public static let bytesMax = 64 << 20
  /// What a code needs.
  public static let codeBits = 21

  static let table = SharedTexts(textsMax: textsMax, bytesMax: bytesMax)

  /// The code of a text, from 1 on; nil where the table is full. It is the text's for as long as
  /// anybody holds what was looked up in this ``generation``.
  public static func code(_ text: UnsafeRawBufferPointer) -> UInt64? { table.code(text) }

  /// The code of a text, as above.
  public static func code(_ text: String) -> UInt64? {
    var text = text
    return text.withUTF8 { table.code(UnsafeRawBufferPointer($0)) }
  }

  /// The code of a text of a program, which is the text's for ever; nil where the table is full.
  public static func pinnedCode(_ text: String) -> UInt64? {
    var text = text
    return text.withUTF8 { table.code(UnsafeRawBufferPointer($0), isPinned: true) }
  }

  /// The text of a code that is held; nil of one that nobody has held. Bytes that are no UTF-8 are
  /// replaced.
  public static func text(_ code: UInt64) -> String? { table.text(code) }

  /// Makes these codes, which the caller holds, ones of the generation at hand.
  public static func renew(_ codes: some Sequence<UInt32>) { _ = table.renew(codes) }

  /// The generation in which texts are looked up now.
  public static var generation: UInt32 { table.generation }

  /// What is wrong where a text found no room, and the remedy.
  public static var whyFull: String { table.whyFull }
}

/// A table of texts that threads share.
///
/// Time is cut into generations by how many texts are new. A lookup makes its text one of the
/// generation at hand; a holder (``TextHold``) says from which generation on it may have codes.
/// What is older than every holder's oldest is forgotten, and its code goes to another text.
///
/// - Source: epoch-based reclamation (Fraser, *Practical lock-freedom*, 2004), with one holder for
///   each place that keeps codes instead of one for each thread.
final class SharedTexts: Sendable {
  private let store: Mutex<TextStore>
  /// The store's, for readers that have no lock.
  private let current = Atomic<UInt32>(1)

  init(textsMax: Int, bytesMax: Int) {
    store = Mutex(TextStore(textsMax: textsMax, bytesMax: bytesMax))
  }

  @inline(__always)
  var generation: UInt32 { current.load(ordering: .relaxed) }

  func code(_ text: UnsafeRawBufferPointer, isPinned: Bool = false) -> UInt64? {
    store.withLock { store in
      let code = store.code(text, isPinned: isPinned)
      if store.generation != current.load(ordering: .relaxed) {
        current.store(store.generation, ordering: .relaxed)
      }
      return code
    }
  }

  func text(_ code: UInt64) -> String? { store.withLock { $0.text(Int(code)) } }

  /// Makes these codes, which the caller holds, ones of the generation at hand; says which it is.
  func renew(_ codes: some Sequence<UInt32>) -> UInt32 {
    store.withLock { store in
      for code in codes { store.renew(Int(code)) }
      return store.generation
    }
  }

  var usage: TextStore.Usage { store.withLock { $0.usage } }

  var whyFull: String {
    let usage = usage
    let limits = "\(usage.textsMax) texts, \(usage.bytesMax >> 20) MiB"
    return "windows and states hold more texts at once than the table takes (\(limits)); "
      + "shorter windows, or filters in front of them, hold fewer"
  }

  /// Sets other limits, for tests.
  func limit(textsMax: Int, bytesMax: Int) {
    store.withLock { $0.limit(textsMax: textsMax, bytesMax: bytesMax) }
  }

  // MARK: Holders

  func addHolder() -> Int { store.withLock { $0.addHolder() } }

  func removeHolder(_ holder: Int) { store.withLock { $0.removeHolder(holder) } }

  /// Has a holder hold what is looked up from now on; says since which generation that is.
  func holdFromNow(_ holder: Int) -> UInt32 {
    store.withLock { store in
      store.hold(holder, since: store.generation)
      return store.generation
    }
  }

  /// Has a holder hold what was looked up since a generation that another one holds, or nothing.
  func hold(_ holder: Int, since generation: UInt32) {
    store.withLock { $0.hold(holder, since: generation) }
  }
}
