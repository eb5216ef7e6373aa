import ArgumentParser
import Glibc

/// `salc new NAME`: a query that runs and has a test, to be changed.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write a query from a template, with a capture and a test that passes.",
    discussion: "Templates:\n"
      + QueryTemplate.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n")
      + "\nNothing is overwritten.")

  @Argument(help: "The query's name, with or without .sal; may be a path.")
  var name: String?

  @Option(
    help: "The template to begin with.", completion: .list(QueryTemplate.all.map(\.name)))
  var template: String = "talkers"

  @Flag(help: "List the templates.")
  var list = false

  func run() throws {
    if list {
      let lines = QueryTemplate.all.map { "\($0.name): \($0.summary)\n" }
      return try standardOutput(lines.joined())
    }
    guard let name, !name.isEmpty else { throw ValidationError("name the query") }
    let names = QueryTemplate.all.map(\.name)
    guard let chosen = QueryTemplate.all.first(where: { $0.name == template }) else {
      let hint = nearestWord(to: template, in: names).map { "; did you mean '\($0)'?" } ?? ""
      throw ValidationError(
        "there is no template '\(template)'; templates: \(names.joined(separator: ", "))\(hint)")
    }
    let stem = name.hasSuffix(".sal") ? String(name.dropLast(4)) : name
    let base = stem.split(separator: "/").last.map(String.init) ?? stem
    let (query, capture) = (stem + ".sal", stem + ".pcap")
    for path in [query, capture] where fileExists(path) { throw exists(path) }
    try create(query, Array(chosen.text(capture: base + ".pcap").utf8))
    do {
      try create(capture, ExampleCapture.bytes)
    } catch {
      unlink(query)
      throw error
    }
    try standardOutput(
      "wrote \(query) and \(capture), traffic for its test\n\n  salc test \(query)\n"
        + "  salc run \(query) --pcap \(capture)\n")
  }

  private func exists(_ path: String) -> ExitStatus {
    standardError("error: \(path) exists; nothing is overwritten\n")
    return .failure
  }

  /// Writes a file that was not there before.
  private func create(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      if errno == EEXIST { throw exists(path) }
      standardError("error: cannot write \(path): \(String(cString: strerror(errno)))\n")
      throw ExitStatus.outputFailed
    }
    var code = writeAll(bytes, to: descriptor)
    if close(descriptor) != 0 && code == 0 { code = errno }
    guard code == 0 else {
      unlink(path)
      standardError("error: cannot write \(path): \(String(cString: strerror(code)))\n")
      throw ExitStatus.outputFailed
    }
  }
}
