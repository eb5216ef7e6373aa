/// The promise that no code looked up since some generation of the ``TextTable`` goes to another
/// text: whoever keeps codes has one, or lies within the reach of one.
///
/// One thread uses it at a time.
public final class TextHold {
  /// The generation of one that holds nothing.
  public static let nothing = UInt32.max

  private let table: SharedTexts
  private let holder: Int
  /// The oldest generation whose codes are held; ``nothing`` where there is none.
  public private(set) var since = TextHold.nothing

  /// Holds nothing yet.
  public convenience init() { self.init(TextTable.table) }

  init(_ table: SharedTexts) {
    self.table = table
    holder = table.addHolder()
  }

  /// One that holds what is looked up from now on.
  public static func fromNow() -> TextHold {
    let hold = TextHold()
    hold.renew()
    return hold
  }

  deinit { table.removeHolder(holder) }

  /// Lets go of everything, and holds what is looked up from now on.
  @inline(__always)
  public func renew() {
    if since != table.generation { since = table.holdFromNow(holder) }
  }

  /// Holds what was looked up since a generation that another one holds, instead of what it held;
  /// since now, where that one holds nothing.
  public func hold(since generation: UInt32) {
    guard generation != Self.nothing else { return renew() }
    guard generation != since else { return }
    since = generation
    table.hold(holder, since: generation)
  }

  /// Lets go of everything.
  @inline(__always)
  public func release() {
    guard since != Self.nothing else { return }
    since = Self.nothing
    table.hold(holder, since: Self.nothing)
  }

  /// Makes these codes, which lie within its reach, ones of the generation at hand, and holds what
  /// is looked up from now on.
  public func renew(_ codes: some Sequence<UInt32>) { hold(since: table.renew(codes)) }
}
