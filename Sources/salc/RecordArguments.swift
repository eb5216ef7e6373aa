import ArgumentParser
import Compiler
import DataModel
import Plan

/// Where the records of a query come from, if not from where it says itself.
struct RecordArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Flow records in lines: a file (also .gz), - for standard input, tcp:HOST:PORT, or "
        + "listen:[ADDRESS]:PORT.", valueName: "place"),
    completion: .file(extensions: ["csv", "gz", "json", "ndjson"]))
  var csv: String?

  @Option(
    help: ArgumentHelp(
      "NetFlow v5 or v9: listen on [ADDRESS]:PORT (loopback unless an address is given), or read "
        + "a file of datagrams.", valueName: "place"))
  var netflow: String?

  @Option(help: ArgumentHelp("IPFIX: the same.", valueName: "place"))
  var ipfix: String?

  @Option(help: ArgumentHelp("sFlow v5: the same.", valueName: "place"))
  var sflow: String?

  @Option(
    help: ArgumentHelp(
      "Bind a source by its name in the query to a place of records or to a capture, or a table of "
        + "VertexInfo to a file.", valueName: "name=place"))
  var bind: [String] = []

  /// Whether the command line names records.
  var areGiven: Bool { !given(besides: []).isEmpty }

  /// The files of the query's tables of vertices that the command line names.
  func tableFiles(for query: CompiledQuery) throws -> [String: String] {
    let names = query.plan.tables.map(\.name)
    let bound = try bind.map(Self.binding).filter { names.contains($0.name) }
    return Dictionary(bound.map { ($0.name, $0.place) }, uniquingKeysWith: { _, last in last })
  }

  /// The places that the command line gives sources by their names; the compiler takes those that
  /// the query has.
  func bindings() throws -> [String: String] {
    var places: [String: String] = [:]
    for binding in try bind.map(Self.binding) {
      guard places.updateValue(binding.place, forKey: binding.name) == nil else {
        throw ValidationError("\(binding.name) is bound twice; give --bind \(binding.name)= once")
      }
    }
    return places
  }

  /// Checks what the command line says of a query with several sources.
  func check(sourcesOf query: CompiledQuery, otherFlags: [String?]) throws {
    let sources = query.plan.sources.map { query.plan.nodes[$0] }
    let names = sources.map(\.name)
    let list = names.joined(separator: ", ")
    let flags = [csv, netflow, ipfix, sflow] + otherFlags
    if flags.contains(where: { $0 != nil }) {
      throw ValidationError(
        "the query has several sources, \(list); say which reads what with --bind NAME=PLACE")
    }
    let tables = query.plan.tables.map(\.name)
    let bindings = try bind.map(Self.binding)
    // Sources that were bound to one place are one, by the name of the first.
    let places = bindings.filter { names.contains($0.name) }.map(\.place)
    for binding in bindings where !places.contains(binding.place) {
      guard tables.contains(binding.name) else {
        throw ValidationError("no source is called \(binding.name); the query has \(list)")
      }
    }
    for node in sources {
      guard case .source(let source) = node.operation else { continue }
      try check(source, node.name)
    }
  }

  private func check(_ source: Source, _ name: String) throws {
    let place = try bindings()[name]
    switch source {
    case .capture: break
    case .interfaces:
      throw ValidationError(
        "\(name) reads an interface, which only a query with one source can; give it a capture "
          + "with --bind \(name)=FILE, or name several interfaces in one "
          + "PacketStream(\"eth0\", \"eth1\")"
      )
    case .records(let records):
      if let place { _ = try self.place("--bind \(name)", place, records.schema) }
      if records.origin == .unbound {
        throw ValidationError("name what \(name) reads with --bind \(name)=PLACE")
      }
    }
  }

  private static func binding(_ text: String) throws -> (name: String, place: String) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw ValidationError("--bind takes NAME=PLACE, not '\(text)'")
    }
    return (parts[0], parts[1])
  }

  /// The places of records that the command line names; `tables` are names that are no sources.
  private func given(besides tables: [String]) -> [(flag: String, place: String)] {
    let flags = [
      ("--csv", csv), ("--netflow", netflow), ("--ipfix", ipfix), ("--sflow", sflow),
    ].compactMap { flag, place in place.map { (flag, $0) } }
    let bound = bind.filter { text in !tables.contains { text.hasPrefix($0 + "=") } }
    return flags + bound.map { ("--bind", $0) }
  }

  /// Where records come from; nil for a query over packets.
  func origin(for query: CompiledQuery, hasPackets: Bool) throws -> RecordOrigin? {
    var given = given(besides: query.plan.tables.map(\.name))
    let names = query.plan.sources.map { query.plan.nodes[$0].name }
    let places = given.map { $0.place.split(separator: "=", maxSplits: 1).last }
    if Set(places).count == 1, given.allSatisfy({ $0.flag == "--bind" }) {
      // Sources that were all bound to one place are one source.
      let own = given.filter { place in names.contains { place.place.hasPrefix($0 + "=") } }
      if !own.isEmpty { given = own }
    }
    guard let source = query.namedRecords else {
      let isBound = try given.allSatisfy { flag, text in
        try flag == "--bind" && names.contains(Self.binding(text).name)
      }
      if !given.isEmpty, !isBound {
        throw ValidationError(
          "the query reads packets; give --iface or --pcap, or change its source")
      }
      return nil
    }
    let schema = source.schema
    let flag = Self.flag(of: schema)
    if hasPackets {
      throw ValidationError("the query reads records of \(schema.source); give \(flag) instead")
    }
    if given.count > 1 {
      throw ValidationError("give \(given.map(\.flag).joined(separator: " or ")), not both")
    }
    let place = try given.first.map { try self.place($0.flag, $0.place, query, schema) }
    if place == nil, source.origin == .unbound {
      throw ValidationError("name the records to read with \(flag)")
    }
    return place ?? source.origin
  }

  /// The flag that names a source of such records.
  private static func flag(of schema: RecordSchema) -> String {
    switch schema.exportProtocol {
    case nil: "--csv FILE"
    case .netflowV5, .netflowV9: "--netflow :2055"
    case .ipfix: "--ipfix :4739"
    case .sflow: "--sflow :6343"
    }
  }

  private func place(
    _ flag: String, _ text: String, _ query: CompiledQuery, _ schema: RecordSchema
  ) throws -> RecordOrigin {
    var text = text
    if flag == "--bind" {
      let binding = try Self.binding(text)
      let names = query.plan.sources.map { query.plan.nodes[$0].name }
      guard names.contains(binding.name) else {
        throw ValidationError(
          "no source is called \(binding.name); the query has \(names.joined(separator: ", "))")
      }
      text = binding.place
    } else if !Self.flag(of: schema).hasPrefix(flag + " ") {
      throw ValidationError(
        "the query reads \(schema.source), which \(flag) does not give; give "
          + Self.flag(of: schema))
    }
    return try place(flag, text, schema)
  }

  private func place(
    _ flag: String, _ text: String, _ schema: RecordSchema
  ) throws -> RecordOrigin {
    guard let origin = schema.origin(text) else {
      throw ValidationError("\(flag): '\(text)' names no place; tcp:HOST:PORT or listen:PORT does")
    }
    if schema.exportProtocol != nil, case .tcp = origin {
      throw ValidationError("\(flag): exporters send over UDP; give listen:[ADDRESS]:PORT")
    }
    return origin
  }
}
