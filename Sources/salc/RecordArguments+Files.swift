import ArgumentParser
import Compiler
import Plan
import Session

extension RecordArguments {
  /// Arguments that no command line said.
  init(bind: [String]) {
    self.init()
    (csv, netflow, ipfix, sflow) = (nil, nil, nil, nil)
    self.bind = bind
  }

  /// What a query reads where all of it has to be files, which can be read again; `reader` is who
  /// asks for that.
  func files(
    of query: CompiledQuery, pcap: String?, readBy reader: String
  ) throws -> RunConfiguration.Input {
    if query.plan.sources.count > 1 {
      try check(sourcesOf: query, otherFlags: [pcap])
      if query.hasLiveSource {
        throw ValidationError("\(reader) reads files, and not what comes over a socket")
      }
      return .merged
    }
    if let origin = try origin(for: query, hasPackets: pcap != nil) {
      guard case .file(let path, _) = origin, path != "-" else {
        throw ValidationError("\(reader) reads files, and what comes otherwise is there once")
      }
      return .records(origin)
    }
    guard let path = pcap ?? query.namedInput.capture else {
      throw ValidationError("name the capture with --pcap FILE")
    }
    return .captureOnHost(path: path)
  }
}
