import Compiler
import Diagnostics
import Glibc
import Session

/// What `\set` changes: where packets come from and how queries run.
struct Settings {
  /// Where packets come from.
  enum Input: Equatable {
    case interface(String)
    case capture(String)
  }

  var input: Input?
  var format = OutputFormat.table
  var place = "auto"
  var engine = "host"
  var attach = Attachment.auto
  /// Stops a live query after this many seconds.
  var seconds: Double?
  /// Stops a query after this many windows.
  var windows: Int?

  /// How queries are compiled.
  var options: CompileOptions {
    CompileOptions(placement: Compiler.placement(named: place) ?? CompileOptions().placement)
  }
}

/// One thing that can be set.
struct Setting: Sendable {
  /// Its name.
  let name: String
  /// What it takes, for help.
  let values: String
  /// One sentence for help.
  let summary: String
  /// What may stand there, for completion.
  let argument: ArgumentKind
  /// The value in words; empty where it is not set.
  let value: @Sendable (Settings) -> String
  /// Takes a value; nil takes it back. Throws what is wrong with it.
  let set: @Sendable (inout Settings, String?) throws(CommandFailure) -> Void

  /// All of them, one entry a setting.
  static let all: [Setting] = [
    interface, capture, format, place, attach, engine, duration, windows,
  ]

  /// Finds a setting by its name.
  static func named(_ name: String) throws(CommandFailure) -> Setting {
    if let found = all.first(where: { $0.name == name }) { return found }
    let near = nearest(to: name, in: all.map(\.name)).map { "; did you mean \($0)?" } ?? ""
    let isOfLanguage = name.first?.isUppercase ?? false
    throw CommandFailure(
      "there is no setting \(name)\(near)",
      isOfLanguage
        ? "settings of the language are statements, such as Lateness = 1m; and \\forget Lateness"
        : "\\set lists them")
  }

  private static let interface = Setting(
    name: "iface", values: "NAME", summary: "the interface that queries attach to",
    argument: .interface,
    value: { if case .interface(let name)? = $0.input { name } else { "" } },
    set: { (settings, value) throws(CommandFailure) in
      guard let value else {
        if case .interface? = settings.input { settings.input = nil }
        return
      }
      guard if_nametoindex(value) != 0 else {
        let names = Interfaces.names
        let near = nearest(to: value, in: names).map { "did you mean \($0)? " } ?? ""
        throw CommandFailure(
          "there is no interface \(value)", near + "there are " + names.joined(separator: ", "))
      }
      settings.input = .interface(value)
    })

  private static let capture = Setting(
    name: "pcap", values: "FILE", summary: "the capture (pcap, pcapng, .gz) that queries read",
    argument: .file,
    value: { if case .capture(let path)? = $0.input { path } else { "" } },
    set: { (settings, value) throws(CommandFailure) in
      guard let value else {
        if case .capture? = settings.input { settings.input = nil }
        return
      }
      let path = FileText.expanded(value)
      guard access(path, R_OK) == 0 else {
        throw CommandFailure("cannot read \(value): \(String(cString: strerror(errno)))")
      }
      var status = stat()
      guard stat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else {
        throw CommandFailure("cannot read \(value): it is a directory, not a capture")
      }
      settings.input = .capture(path)
    })

  private static let format = Setting(
    name: "format", values: words(of: OutputFormat.self), summary: "how rows are written",
    argument: .words(OutputFormat.allCases.map(\.rawValue)), value: { $0.format.rawValue },
    set: { (settings, value) throws(CommandFailure) in
      settings.format = try choice(value, "format") ?? .table
    })

  private static let place = Setting(
    name: "place", values: "auto|host|kernel", summary: "where operators run",
    argument: .words(["auto", "host", "kernel"]), value: { $0.place },
    set: { (settings, value) throws(CommandFailure) in
      guard ["auto", "host", "kernel"].contains(value ?? "auto") else {
        throw CommandFailure("place takes auto, host or kernel, not \(value ?? "")")
      }
      settings.place = value ?? "auto"
    })

  private static let attach = Setting(
    name: "attach", values: words(of: Attachment.self),
    summary: "where in the receive path the program is attached",
    argument: .words(Attachment.allCases.map(\.rawValue)), value: { $0.attach.rawValue },
    set: { (settings, value) throws(CommandFailure) in
      settings.attach = try choice(value, "attach") ?? .auto
    })

  private static let engine = Setting(
    name: "engine", values: "host|kernel", summary: "what evaluates a capture",
    argument: .words(["host", "kernel"]), value: { $0.engine },
    set: { (settings, value) throws(CommandFailure) in
      guard ["host", "kernel"].contains(value ?? "host") else {
        throw CommandFailure("engine takes host or kernel, not \(value ?? "")")
      }
      settings.engine = value ?? "host"
    })

  private static let duration = Setting(
    name: "for", values: "DURATION", summary: "live queries stop after this long, such as 30s",
    argument: .none, value: { $0.seconds.map { "\($0)s" } ?? "" },
    set: { (settings, value) throws(CommandFailure) in
      guard let value else { return settings.seconds = nil }
      guard let nanoseconds = Compiler.duration(value), nanoseconds > 0 else {
        throw CommandFailure("for takes a duration such as 30s or 500ms, not \(value)")
      }
      settings.seconds = Double(nanoseconds) / 1e9
    })

  private static let windows = Setting(
    name: "windows", values: "N", summary: "queries stop after this many windows",
    argument: .none, value: { $0.windows.map { "\($0)" } ?? "" },
    set: { (settings, value) throws(CommandFailure) in
      guard let value else { return settings.windows = nil }
      guard let count = Int(value), count > 0 else {
        throw CommandFailure("windows takes a positive number, not \(value)")
      }
      settings.windows = count
    })

  private static func words<Choice: RawRepresentable & CaseIterable>(of: Choice.Type) -> String
  where Choice.RawValue == String { Choice.allCases.map(\.rawValue).joined(separator: "|") }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ value: String?, _ setting: String
  ) throws(CommandFailure) -> Choice? where Choice.RawValue == String {
    guard let value else { return nil }
    if let choice = Choice(rawValue: value) { return choice }
    let near = nearest(to: value, in: Choice.allCases.map(\.rawValue))
    throw CommandFailure(
      "\(setting) takes \(words(of: Choice.self)), not \(value)",
      near.map { "did you mean \($0)?" } ?? "")
  }
}

/// The interfaces of the network namespace.
enum Interfaces {
  /// Their names, by number.
  static var names: [String] {
    guard let list = if_nameindex() else { return [] }
    defer { if_freenameindex(list) }
    var names: [String] = []
    var entry = list
    while entry.pointee.if_index != 0, let name = entry.pointee.if_name {
      names.append(String(cString: name))
      entry += 1
    }
    return names
  }
}
