public import DataModel
import Glibc
public import Sinks
import Synchronization
import Threads

/// The live view: a sink that draws on a terminal, at most ten times a second, and listens to keys.
///
/// The run's thread only puts rows into the model; a thread of the view's own reads keys and draws,
/// so that a slow terminal holds up nobody.
public final class LiveView: Sink, @unchecked Sendable {
  private let model: Mutex<LiveModel>
  private let isDirty = Atomic<Bool>(true)
  /// The user wants to leave.
  private let leaving = Atomic<Bool>(false)
  private let isClosing = Atomic<Bool>(false)
  /// The terminal is gone.
  private let isGone = Atomic<Bool>(false)
  private let environment: TerminalEnvironment
  private let shouldStop: @Sendable () -> Bool
  // Of the run's thread.
  private var terminal: TerminalGuard?
  private var thread: Thread?
  private var isReplay = false
  /// Remarks that were made while the screen was ours; told when it is not.
  private let remarks = Mutex<(isOpen: Bool, kept: [String])>((false, []))

  private static let spacing: Int64 = 100_000_000

  /// A view with this title (the interface or the capture) and the plan's parts; `shouldStop` says
  /// that the run was told to end by a signal.
  public init(
    title: String, plan: [LivePlanPart], environment: TerminalEnvironment = .process,
    shouldStop: @escaping @Sendable () -> Bool
  ) {
    model = Mutex(LiveModel(title: title, plan: plan))
    self.environment = environment
    self.shouldStop = shouldStop
  }

  deinit { close() }

  /// Whether the user asked to leave, or the terminal is gone: the run is to end.
  public var isLeaving: Bool { leaving.load(ordering: .relaxed) }

  /// Takes a remark for the operator: on standard error, after the view where it is open.
  public func remark(_ text: String) {
    let isKept = remarks.withLock { state in
      if state.isOpen { state.kept.append(text) }
      return state.isOpen
    }
    if isKept {
      change { $0.take(note: text) }
    } else {
      Self.tell(text)
      model.withLock { $0.take(note: text) }
    }
  }

  // MARK: Sink

  public func begin(_ meta: RunMeta) throws(SinkError) {
    change { $0.begin(meta) }
    isReplay = model.withLock { !$0.isLive }
    let keys = Self.keyboard()
    do {
      terminal = try TerminalGuard(input: keys, output: STDOUT_FILENO, screen: .alternate)
    } catch {
      let code = if case .refused(let code) = error { code } else { EBUSY }
      throw .failed(errno: code, doing: "preparing the terminal for the live view")
    }
    remarks.withLock { $0.isOpen = true }
    let size = SizeChanges()
    thread = Thread { [self] in follow(keys, size) }
  }

  public func row(_ row: Row) throws(SinkError) {
    try check()
    model.withLock { $0.take(row) }
  }

  public func loss(_ record: LossRecord) throws(SinkError) {
    try check()
    change { $0.take(record) }
  }

  public func progress(_ progress: RunProgress) throws(SinkError) {
    try check()
    change { $0.take(progress) }
  }

  public func flush() throws(SinkError) {
    try check()
    isDirty.store(true, ordering: .releasing)
  }

  /// The last look at a capture lasts until the user has seen enough.
  public func end(_ totals: RunTotals) throws(SinkError) {
    change { $0.end(totals) }
    while isReplay && terminal != nil && !isLeaving && !shouldStop() { usleep(20_000) }
    close()
  }

  /// Gives the terminal back and tells what was held back; further calls do nothing.
  public func close() {
    isClosing.store(true, ordering: .releasing)
    thread?.join()
    thread = nil
    terminal?.restore()
    terminal = nil
    let kept = remarks.withLock { state in
      defer { state = (false, []) }
      return state.kept
    }
    for text in kept { Self.tell(text) }
  }

  private func check() throws(SinkError) {
    if isGone.load(ordering: .acquiring) { throw .closed }
  }

  private func change(_ body: (inout LiveModel) -> Void) {
    model.withLock { body(&$0) }
    isDirty.store(true, ordering: .releasing)
  }

  private static func tell(_ text: String) {
    let bytes = Array("note: \(DisplayText.message(text))\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Where keys come from: standard input may be the query.
  private static func keyboard() -> Int32 {
    if isatty(STDIN_FILENO) == 1 { return STDIN_FILENO }
    let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    return descriptor >= 0 ? descriptor : STDOUT_FILENO
  }

  // MARK: The view's thread

  private func follow(_ keys: Int32, _ sizes: SizeChanges) {
    var decoder = KeyDecoder()
    var screen = TerminalOutput(copying: STDOUT_FILENO)
    var painter = ScreenPainter()
    var lastDrawn: Int64 = .min / 2
    var ordered: (of: LiveModel.Selection?, rows: [Row]) = (nil, [])
    let isColored = environment.isColored(STDOUT_FILENO)
    while !isClosing.load(ordering: .acquiring) {
      listen(keys, &decoder)
      let isStale = TerminalState.isStale.exchange(false, ordering: .acquiringAndReleasing)
      if sizes.take() || isStale || screen.hasFailed {
        painter.forget()
        screen.hasFailed = false
        isDirty.store(true, ordering: .releasing)
      }
      let now = Self.time(CLOCK_MONOTONIC)
      guard now - lastDrawn >= Self.spacing, TerminalState.isOurs,
        isDirty.exchange(false, ordering: .acquiringAndReleasing)
      else { continue }
      lastDrawn = now
      let size = TerminalSize.of(STDOUT_FILENO, environment)
      let picture = model.withLock { model in
        model.pageLength = max(1, size.rows - 5)
        return model
      }
      if ordered.of != picture.selection {
        ordered = (picture.selection, picture.visibleRows)
      }
      let lines = LiveScreen(
        model: picture, rows: ordered.rows, size: size, now: Self.time(CLOCK_REALTIME)
      ).lines
      let bytes = painter.bytes(for: lines, columns: size.columns, colored: isColored)
      screen.write(bytes) { isClosing.load(ordering: .acquiring) }
    }
  }

  /// Waits a little for keys, and obeys them.
  private func listen(_ keys: Int32, _ decoder: inout KeyDecoder) {
    var poller = pollfd(fd: keys, events: Int16(POLLIN), revents: 0)
    let count = poll(&poller, 1, 30)
    guard count > 0 else {
      if count == 0 { obey(decoder.flush()) }
      return
    }
    var bytes = [UInt8](repeating: 0, count: 256)
    let length = read(keys, &bytes, bytes.count)
    if length > 0 { return obey(decoder.feed(bytes[..<length])) }
    if length < 0 && (errno == EINTR || errno == EAGAIN) { return }
    // Ready, and yet nothing to read: the terminal has been closed.
    isGone.store(true, ordering: .releasing)
    leaving.store(true, ordering: .relaxed)
    isClosing.store(true, ordering: .releasing)
  }

  private func obey(_ keys: [Key]) {
    for key in keys {
      let leaves = model.withLock { $0.press(key) }
      if leaves { leaving.store(true, ordering: .relaxed) }
      isDirty.store(true, ordering: .releasing)
    }
  }

  private static func time(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
