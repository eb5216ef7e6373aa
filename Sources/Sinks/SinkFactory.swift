public import DataModel

/// Makes the sinks of ``SinkCatalogue``, each in a file of its own.
public enum SinkFactory {
  /// What a sink is to take.
  public struct Request: Sendable {
    /// The sink and its target.
    public var target: SinkTarget
    /// The outputs that it is sent, by their index in the query.
    public var outputs: [(index: Int, schema: OutputSchema)]

    /// Creates a request.
    public init(target: SinkTarget, outputs: [(index: Int, schema: OutputSchema)]) {
      self.target = target
      self.outputs = outputs
    }
  }

  private typealias Opening = @Sendable (Request) throws(SinkError) -> any Sink

  private static let all: [String: Opening] = common.merging(others) { one, _ in one }

  private static let common: [String: Opening] = [
    "csv": { (request) throws(SinkError) in try FileSink(request.target) { CSVSink($0) } },
    "json": { (request) throws(SinkError) in try FileSink(request.target) { NDJSONSink($0) } },
    "null": { (_) throws(SinkError) in NullSink() },
    "prometheus": { (request) throws(SinkError) in try PrometheusSink(request) },
  ]

  #if SQLite
    private static let others: [String: Opening] = [
      "sqlite": { (request) throws(SinkError) in try SQLiteSink(request) }
    ]
  #else
    private static let others: [String: Opening] = [:]
  #endif

  /// The names of the sinks that this build can open, but for `stdout`.
  public static var names: [String] { all.keys.sorted() }

  /// Opens a sink and its target, so that what is wrong with it is known before anything runs.
  /// Nothing that exists is changed until the sink's `begin`.
  public static func open(_ request: Request) throws(SinkError) -> any Sink {
    guard let opening = all[request.target.sink] else {
      throw .refused(
        "\(request.target): this salc was built without it; build with all traits of the package")
    }
    return try opening(request)
  }
}
