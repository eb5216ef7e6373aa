import DataModel

/// What the clock's thread does at each beat: it writes the tick, and flips to the other half at a
/// pane's end.
///
/// It never flips before the last turn is done, nor while one program follows another: until then
/// the tick stands still one nanosecond before the boundary, so that every packet still belongs to
/// the window that its half will be read for.
struct ClockBeat {
  /// A half that has to be merged, and the panes between which it ended.
  struct EndedHalf {
    var epoch: Int
    var pane: Int64
    var entered: Int64
    /// How long after the boundary the flip came, nanoseconds.
    var lateness: Int64
  }

  /// When a program's halves change places.
  struct Rhythm {
    /// The pane of all queries together; nil where none has windows.
    var pane: Window?
    /// How long a half gathers: the pane, or less where exported tuples should not wait.
    var period: Int64

    private static let exportPeriod: Int64 = 100_000_000

    init(pane: Window?, exportsTuples: Bool) {
      self.pane = pane
      let length = pane?.length ?? Self.exportPeriod
      period = exportsTuples ? min(length, Self.exportPeriod) : length
    }

    /// A pane's length; 0 without panes.
    var paneLength: Int64 { pane?.length ?? 0 }

    /// Where the pane of this start ends; never, without panes.
    func end(ofPane start: Int64) -> Int64 { pane.map { start + $0.length } ?? .max }

    /// The start of the pane of a time; 0 without panes.
    func paneStart(of time: Int64) -> Int64 { pane?.start(of: time) ?? 0 }

    /// When the half that begins to gather at `now` has to be turned: at the pane's end at latest.
    func flip(after now: Int64) -> Int64 {
      guard let pane else { return now + period }
      let end = pane.start(of: now) + pane.length
      return period < pane.length ? min(end, now + period) : end
    }
  }

  /// The programs that packets may be in; two only while one follows the other.
  private var paths: [DataPath]
  private var rhythm: Rhythm
  /// The pane that is being gathered.
  private(set) var current: Int64
  private var nextFlip: Int64
  /// The half that waits for its turn.
  private(set) var ended: EndedHalf?

  /// The first program, which begins to gather now.
  init(_ path: DataPath, _ rhythm: Rhythm, now: Int64) {
    paths = [path]
    self.rhythm = rhythm
    current = rhythm.paneStart(of: now)
    nextFlip = rhythm.flip(after: now)
    path.gather(pane: current)
    path.setTick(now)
  }

  /// One beat.
  mutating func tick(_ now: Int64) {
    if now < nextFlip {
      for path in paths { path.setTick(now) }
    } else if ended != nil || paths.count > 1 {
      for path in paths { path.setTick(nextFlip - 1) }
    } else {
      flip(now)
    }
  }

  private mutating func flip(_ now: Int64) {
    let entered = rhythm.paneStart(of: now)
    ended = EndedHalf(
      epoch: paths[0].flip(toPane: entered, tick: now), pane: current, entered: entered,
      lateness: entered > current ? now - (current + rhythm.paneLength) : 0)
    current = entered
    nextFlip = rhythm.flip(after: now)
  }

  /// Asks for a flip before the pane's end, as soon as the one that may be under way is done.
  mutating func flipSoon(now: Int64) {
    // Where the tick stands still before a flip, it must not go back.
    nextFlip = min(nextFlip, now + 1)
  }

  /// The turn of the ended half is done.
  mutating func finishTurn() { ended = nil }

  /// Lets another program gather beside the present one, each in its own pane; until ``settle``
  /// neither flips. Returns the tick at which it begins, or nil where a flip is due or too near:
  /// a window's edge must not be late because programs change. Right after a flip, whose half still
  /// waits for its turn, there is time if ever.
  mutating func join(
    _ path: DataPath, _ next: Rhythm, beforeTurn: Bool, now: Int64
  ) -> Int64? {
    precondition(paths.count == 1, "one program follows another at a time")
    let end = rhythm.end(ofPane: current)
    guard (ended != nil) == beforeTurn,
      end - now > min(Self.longestChange, rhythm.paneLength / 2)
    else { return nil }
    path.gather(pane: next.paneStart(of: now))
    path.setTick(now)
    paths.append(path)
    // A flip within the pane may wait; where turns take long, changes would else never begin.
    nextFlip = min(end, next.end(ofPane: path.gatheredPane))
    return now
  }

  /// Goes on with one program alone, when no packet is in the other any more.
  mutating func settle(on path: DataPath, _ rhythm: Rhythm, now: Int64) {
    paths = [path]
    self.rhythm = rhythm
    current = path.gatheredPane
    // The earlier of both panes' ends stays: a flip within a pane does no harm.
    nextFlip = min(nextFlip, rhythm.flip(after: now))
  }

  /// A change takes a link update, a grace period and a merge: some 20 ms.
  private static let longestChange: Int64 = 50_000_000
}
