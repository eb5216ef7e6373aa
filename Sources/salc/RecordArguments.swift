import ArgumentParser
import Compiler
import DataModel
import Plan

/// Where the records of a query come from, if not from where it says itself.
struct RecordArguments: ParsableArguments {
  @Option(
    help: "The file of flow records (CSV, also .gz) to read.",
    completion: .file(extensions: ["csv", "gz"]))
  var csv: String?

  @Option(
    help: ArgumentHelp(
      "Bind a source by its name in the query to a file of records.", valueName: "name=file"))
  var bind: String?

  /// Whether the command line names records.
  var areGiven: Bool { csv != nil || bind != nil }

  /// Where records come from; nil for a query over packets.
  func origin(for query: CompiledQuery, hasPackets: Bool) throws -> RecordOrigin? {
    guard let source = query.namedRecords else {
      if areGiven {
        throw ValidationError(
          "the query reads packets; give --iface or --pcap, or change its source")
      }
      return nil
    }
    if hasPackets {
      throw ValidationError(
        "the query reads records of \(source.schema.source); give --csv FILE instead")
    }
    if csv != nil && bind != nil { throw ValidationError("give --csv or --bind, not both") }
    if let csv { return .file(csv) }
    guard let bind else {
      if source.origin == .unbound {
        throw ValidationError("name the records to read with --csv FILE")
      }
      return source.origin
    }
    let parts = bind.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw ValidationError("--bind takes NAME=FILE, not '\(bind)'")
    }
    let names = query.plan.nodes.filter { $0.input == nil }.map(\.name)
    guard names.contains(parts[0]) else {
      throw ValidationError(
        "no source is called \(parts[0]); the query has \(names.joined(separator: ", "))")
    }
    return .file(parts[1])
  }
}
