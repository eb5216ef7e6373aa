import Compiler
import Plan
import Session

/// The files that a case of a query's tests reads, found.
struct QueryTestInput {
  /// The capture of a `pcap:` line.
  private(set) var capture: String?
  /// What the other lines name, as `salc run` would be told.
  private(set) var records = RecordArguments(bind: [])
  /// Why the case cannot run: a file that is not there.
  private(set) var missing: String?

  /// Nothing: what a query is compiled for whose diagnostics alone are tested.
  init() {}

  /// Looks for the files of a case: beside the query, then in the directory of test data.
  init(_ test: QueryTestFile.Case, beside query: String, orIn data: String?) {
    var bind: [String] = []
    for input in test.inputs {
      let parts = input.line.text.split(separator: "=", maxSplits: 1).map(String.init)
      // What is no binding is said by whoever reads it.
      guard input.key != "bind" || parts.count == 2 else {
        bind.append(input.line.text)
        continue
      }
      let name = input.key == "bind" ? parts[1] : input.line.text
      let candidates = Self.candidates(name, query, data)
      let found = candidates.first(where: fileExists)
      if found == nil, missing == nil {
        missing =
          "there is no file \(candidates.joined(separator: " or "))"
          + (data == nil ? "; SALC_TEST_DATA is not set" : "")
      }
      let path = found ?? candidates[0]
      switch input.key {
      case "pcap": capture = path
      case "csv": records.csv = path
      case "netflow": records.netflow = path
      case "ipfix": records.ipfix = path
      case "sflow": records.sflow = path
      default: bind.append("\(parts[0])=\(path)")
      }
    }
    records.bind = bind
  }

  private static func candidates(_ name: String, _ query: String, _ data: String?) -> [String] {
    if name.hasPrefix("/") { return [name] }
    let parent = query.lastIndex(of: "/").map { String(query[...$0]) } ?? ""
    return [parent + name] + (data.map { ["\($0)/pcap/\(name)", "\($0)/flows/\(name)"] } ?? [])
  }

  /// Tells the compiler what is read; without any file, packets.
  func complete(_ options: inout CompileOptions) {
    options.takesPackets = capture != nil || !records.areGiven
    options.recordPlace = records.csv
    // A binding that is none is said when the case runs.
    options.bindings = (try? records.bindings()) ?? [:]
  }

  /// What an engine is to read; nil where the data path cannot. Throws what is wrong with the
  /// lines, as `salc run` would with its flags.
  func input(
    of query: CompiledQuery, by engine: QueryTestRun.Engine
  ) throws -> RunConfiguration.Input? {
    let input = try records.files(of: query, pcap: capture, readBy: "a test")
    guard engine == .kernel else { return input }
    guard case .captureOnHost(let path) = input else { return nil }
    return .captureInKernel(path: path, cpus: 1)
  }

  /// Why the data path cannot read it.
  func reasonForHost(_ query: CompiledQuery) -> String {
    query.plan.sources.count > 1
      ? "the host merges several sources" : "the host reads flow records"
  }
}
