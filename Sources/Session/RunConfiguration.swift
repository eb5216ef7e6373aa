import BPFRuntime
public import Compiler
public import DataModel
public import Plan

/// Where in the receive path a live run's program shall be attached.
public enum Attachment: String, Sendable, CaseIterable {
  /// Native where the driver can, else generic, with a remark.
  case auto
  /// In the driver.
  case native
  /// In the stack: slower, on every interface.
  case generic
}

/// What a process does with its privileges once its program is attached.
public enum PrivilegePolicy: Sendable, Hashable {
  /// It keeps them: the process has other work, as tests have.
  case keep
  /// It keeps what loading and attaching further programs takes, for a session that changes.
  case dropAllButLoading
  /// It drops all: nothing but reading and detaching is left to do.
  case dropAll

  /// Does it; in every thread of the process, and for good. Returns what hindered it, for a remark:
  /// a run that works is not ended for that.
  func apply() -> String? {
    do throws(BPFError) {
      switch self {
      case .keep: break
      case .dropAllButLoading:
        try Privileges.drop(keeping: [.bpf, .networkAdministration, .performanceMonitoring])
      case .dropAll: try Privileges.drop()
      }
      return nil
    } catch {
      return "\(error)"
    }
  }
}

/// A moment of a live run's turn, in order; see `RunConfiguration.observe`.
public enum TurnStep: Sendable, Hashable, CaseIterable {
  /// The clock has turned to the other half; the barrier has not passed.
  case flipped
  /// No running program uses the ended half any more.
  case passedBarrier
  /// The ended half is merged and cleared; windows are still open.
  case merged
  /// Rows are on their way to the sink; the next flip may come.
  case closed
  /// The ring is about to be drained between two turns.
  case draining
}

/// What a run is to do: the query, its tuples, and when to stop.
public struct RunConfiguration: Sendable {
  /// Where tuples come from.
  public enum Input: Sendable {
    /// Live packets of interfaces, through one program that is attached to each.
    case interfaces([String], attach: Attachment)
    /// A capture file, evaluated wholly on the host.
    case captureOnHost(path: String)
    /// A capture file, replayed through the program on its own time; `cpus` threads' worth of
    /// CPUs share the packets, split by the seed.
    case captureInKernel(path: String, cpus: Int)
    /// Flow records, evaluated wholly on the host.
    case records(RecordOrigin)
    /// Several sources, captures or records, each from where the query's plan says; merged by time
    /// and evaluated on the host.
    case merged

    /// What tuples are, in messages.
    public var unit: String {
      switch self {
      case .records: "records"
      case .merged: "tuples"
      case .interfaces, .captureOnHost, .captureInKernel: "packets"
      }
    }
  }

  /// The fixed seed of captures, so that runs repeat.
  public static let captureSeed: UInt64 = 0x5a1c_5a1c_5a1c_5a1c

  /// Where a control socket lies.
  public enum Control: Sendable, Hashable {
    /// None.
    case none
    /// In ``ControlDirectory``, under the process's number; without one where that cannot be.
    case standard
    /// At this path.
    case path(String)
  }

  /// The compiled query.
  public var query: CompiledQuery
  /// Where tuples come from.
  public var input: Input
  /// The seed of the run's hashes: fixed for captures, random for live runs.
  public var seed: UInt64
  /// Bytes of the ring for evictions and tuples.
  public var ringBytes: Int
  /// Stops after this many seconds; nil runs on.
  public var seconds: Double?
  /// Stops after this many windows; nil runs on.
  public var windows: Int?
  /// Keys that one window of an aggregation may hold on the host.
  public var keyLimit: Int
  /// Results of a live run that may wait for a slow sink; further rows are lost and counted.
  public var waitingResults: Int
  /// What of its privileges the process keeps once the program is attached.
  public var privileges = PrivilegePolicy.keep
  /// Where a live run answers `salc ps`, `reload`, `stop` and `run --share`.
  public var control: Control
  /// Sinks that every output goes to beside those that its statement names.
  public var alsoTo: [SinkTarget] = []
  /// Whether the first failure of one of several sinks ends the run.
  public var stopsAtSinkFailure = false
  /// Files to read for the query's tables of vertices, by name, in place of those that it names.
  public var tableFiles: [String: String] = [:]
  /// Threads that a capture or a file of records may take; nil for one a core.
  public var threads: Int?
  /// Takes remarks for the operator: how the program was attached, how even the clock ran.
  public var remark: @Sendable (String) -> Void
  /// Called at each step of a live run's turn, on the turn's thread; what it does delays the turn.
  public var observe: @Sendable (TurnStep) -> Void

  /// Creates a configuration.
  public init(
    query: CompiledQuery, input: Input, seed: UInt64 = 0, ringBytes: Int = 16 << 20,
    seconds: Double? = nil, windows: Int? = nil, keyLimit: Int = 1 << 20,
    waitingResults: Int = 1 << 18, control: Control = .none,
    remark: @escaping @Sendable (String) -> Void = { _ in },
    observe: @escaping @Sendable (TurnStep) -> Void = { _ in }
  ) {
    self.control = control
    self.query = query
    self.input = input
    self.seed = seed
    self.ringBytes = ringBytes
    self.seconds = seconds
    self.windows = windows
    self.keyLimit = keyLimit
    self.waitingResults = waitingResults
    self.remark = remark
    self.observe = observe
  }
}
