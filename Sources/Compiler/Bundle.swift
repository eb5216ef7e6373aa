import BPFModel
import CodeGeneration
public import Diagnostics
import Plan
import Planning

/// A compiled query as one file (`.salb`) that runs where there is no clang: query text, options,
/// plan, layout, C and object.
///
/// Because compiling is a pure function, reading a bundle compiles its text anew and compares the
/// C: an object is used only with the very plan and layout that it was made for.
///
/// Format: the line `salc-bundle 1`, then sections `NAME LENGTH\n`, bytes, `\n`; the last section
/// is `check`, the FNV-1a hash of everything before it in hexadecimal.
public enum Bundle {
  /// Why bytes are not a usable bundle.
  public enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not a bundle, or damaged; where.
    case damaged(String)
    /// Made by a version of salc that compiles the query to other C.
    case otherVersion

    public var description: String {
      switch self {
      case .damaged(let detail): "the bundle is damaged: \(detail); compile the query again"
      case .otherVersion:
        "the bundle was made by another version of salc; compile the query again, "
          + "or run it with --engine host"
      }
    }
  }

  private static let magic = Array("salc-bundle 1\n".utf8)

  /// Whether the bytes begin as a bundle does.
  public static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// The bundle of a query and the object that clang made of its C (empty where there is none).
  public static func encode(_ query: CompiledQuery, object: [UInt8]) -> [UInt8] {
    var bytes = magic
    func add(_ name: String, _ content: [UInt8]) {
      bytes += Array("\(name) \(content.count)\n".utf8) + content + [10]
    }
    add("name", Array(query.source.name.utf8))
    add("query", query.source.utf8)
    add("placement", Array(query.options.placement.commandLineName.utf8))
    add("tables", Array("\(query.options.target.tableEntries)".utf8))
    if query.options.takesPackets { add("input", Array("packets".utf8)) }
    if let place = query.options.recordPlace { add("records", Array(place.utf8)) }
    for (name, text) in query.options.schemaSections { add(name, Array(text.utf8)) }
    add("plan", Array(query.placed.description.utf8))
    add("c", Array((query.program?.source ?? "").utf8))
    add("object", object)
    let check = fnv(bytes)
    add("check", Array(String(check, radix: 16).utf8))
    return bytes
  }

  /// Compiles the bundle's text again and joins the object to it; without `needsObject` the text
  /// alone counts, so that a bundle of any version runs on the host.
  public static func decode(
    _ bytes: [UInt8], needsObject: Bool = true, reportingTo log: inout DiagnosticLog
  ) throws(Problem) -> CompiledQuery {
    let sections = try split(bytes)
    func text(_ name: String) throws(Problem) -> String {
      guard let content = sections[name] else { throw .damaged("it has no section \(name)") }
      guard let text = String(validating: content, as: UTF8.self) else {
        throw .damaged("section \(name) is not UTF-8")
      }
      return text
    }
    var options = CompileOptions()
    guard let placement = PlacementPolicy(commandLineName: try text("placement")) else {
      throw .damaged("its placement is unknown")
    }
    options.placement = placement
    guard let tables = Int(try text("tables")), tables > 0 else {
      throw .damaged("its table size is not a number")
    }
    options.target.tableEntries = tables
    options.takesPackets = sections["input"] == Array("packets".utf8)
    options.recordPlace = sections["records"].map { String(decoding: $0, as: UTF8.self) }
    for name in sections.keys.sorted() where name.hasPrefix("schema") {
      guard options.takeSchema(try text(name)) else { throw .damaged("its section \(name)") }
    }
    let source = SourceText(name: try text("name"), utf8: sections["query"] ?? [])
    guard var query = Compiler.compile(source, options: options, reportingTo: &log) else {
      throw .otherVersion
    }
    if query.program?.source ?? "" == (try text("c")) {
      query.object = sections["object"]
    } else if needsObject {
      throw .otherVersion
    }
    return query
  }

  private static func split(_ bytes: [UInt8]) throws(Problem) -> [String: [UInt8]] {
    guard recognizes(bytes) else { throw .damaged("it does not begin as a bundle") }
    var sections: [String: [UInt8]] = [:]
    var position = magic.count
    while position < bytes.count {
      let start = position
      guard let lineEnd = bytes[position...].prefix(64).firstIndex(of: 10),
        let line = String(validating: bytes[position..<lineEnd], as: UTF8.self)
      else { throw .damaged("no section at byte \(position)") }
      let parts = line.split(separator: " ")
      guard parts.count == 2, let length = Int(parts[1]), length >= 0,
        lineEnd + 1 + length < bytes.count, bytes[lineEnd + 1 + length] == 10
      else { throw .damaged("a section at byte \(position) is cut short") }
      let content = Array(bytes[(lineEnd + 1)..<(lineEnd + 1 + length)])
      sections[String(parts[0])] = content
      position = lineEnd + 2 + length
      if parts[0] == "check" {
        guard content == Array(String(fnv(bytes[..<start]), radix: 16).utf8) else {
          throw .damaged("its check sum is wrong")
        }
        return sections
      }
    }
    throw .damaged("it ends before its check sum")
  }

  /// FNV-1a, 64 bits (RFC 9923): guards against damage, not against forgery.
  private static func fnv(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
