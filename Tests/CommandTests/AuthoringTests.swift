import TestSupport
import Testing

@Suite("new, schema, why and completions") struct AuthoringTests {
  private let directory = TemporaryDirectory()

  static let templates = ["talkers", "scan", "dns", "sizes", "tuples"]

  @Test func theTemplatesAreListed() {
    let list = salc("new", "--list")
    #expect(list.exitCode == 0)
    let names = list.output.split(separator: "\n").compactMap { $0.split(separator: ":").first }
    #expect(names.map(String.init) == Self.templates)
  }

  @Test(arguments: templates) func aNewQueryIsGoodAndItsTestPasses(_ template: String) {
    let path = directory.file("fresh.sal")
    let made = salc("new", path, "--template", template)
    #expect(made.exitCode == 0, "\(made.summary)")
    #expect(salc("check", path).errors.isEmpty)
    #expect(salc("fmt", "--check", path).exitCode == 0, "\(salc("fmt", path).output)")
    let test = salc("test", path, "--strict")
    #expect(test.exitCode == 0 && test.output.hasSuffix("1 passed, 0 failed, 0 skipped\n"))
  }

  @Test func newOverwritesNothing() {
    let query = directory.write("mine", to: "a.sal")
    #expect(salc("new", directory.file("a")).exitCode == 1)
    #expect(FileBytes.read(query) == Array("mine".utf8))
    #expect(FileBytes.read(directory.file("a.pcap")) == nil)
    let capture = directory.write("mine too", to: "b.pcap")
    #expect(salc("new", directory.file("b.sal")).exitCode == 1)
    #expect(FileBytes.read(capture) == Array("mine too".utf8))
    #expect(FileBytes.read(directory.file("b.sal")) == nil)
    let nowhere = salc("new", "/nowhere/q")
    #expect(nowhere.exitCode == 74 && nowhere.errors.contains("/nowhere/q.sal"))
    let wrong = salc("new", directory.file("c"), "--template", "talker")
    #expect(wrong.exitCode == 2 && wrong.errors.contains("did you mean 'talkers'"))
    #expect(salc("new").exitCode == 2)
  }

  @Test func theSchemaOfASourceIsItsFields() throws {
    let text = salc("schema", "packetstream")
    #expect(text.exitCode == 0 && text.output.contains("SourceIp"), "\(text.summary)")
    let json = try #require(JSON(salc("schema", "PacketStream", "--format", "json").output))
    let fields = json["fields"]?.elements ?? []
    #expect(fields.count == text.output.split(separator: "\n").count)
    let length = fields.first { $0["name"]?.string == "frame.len" }
    #expect(length?["type"]?.string == "u32" && length?["doc"]?.string?.hasSuffix(".") == true)
    #expect(salc("schema").output.contains("PcapStream"))
    let near = salc("schema", "PaketStream")
    #expect(near.exitCode == 1 && near.errors.contains("did you mean PacketStream?"))
  }

  @Test func theSchemaOfAQueryIsThatOfItsRows() throws {
    let text = salc("schema", "-e", Given.bySource)
    #expect(text.exitCode == 0, "\(text.summary)")
    #expect(text.output.hasPrefix("BySource\n  window_start  time\n"), "\(text.output)")
    let schema = salc("schema", "-e", Given.bySource, "--format", "json")
    let json = try #require(JSON(schema.output), "\(schema.output)")
    let kinds = json["oneOf"]?.elements ?? []
    #expect(kinds.map { $0["title"]?.string } == ["BySource", "meta", "loss", "end"])
    let run = SalcRun.replay(Given.bySource, capture: directory.capture())
    for line in run.outcome.output.split(separator: "\n") {
      let record = try #require(JSON(String(line)))
      let type = try #require(record["type"]?.string)
      let kind = try #require(
        kinds.first { $0["properties"]?["type"]?["const"]?.string == type }, "\(type)")
      for name in kind["required"]?.elements ?? [] {
        #expect(record[name.string ?? ""] != nil, "\(type) lacks \(name)")
      }
      guard type == "row" else { continue }
      let declared = kind["properties"]?["fields"]?["properties"]?.members.map(\.name)
      #expect(record["fields"]?.members.map(\.name) == declared)
    }
  }

  @Test func whyListsEveryCodeOfTheSources() {
    let list = salc("why")
    #expect(list.exitCode == 0)
    let listed = Set(list.output.split(separator: "\n").map { String($0.prefix(7)) })
    var used: Set<String> = []
    for file in Repository.files(below: "Sources") where file.hasSuffix(".swift") {
      let pieces = Repository.text(file).parts(separatedBy: "DiagnosticCode(\"SAL").dropFirst()
      used.formUnion(pieces.map { "SAL" + $0.prefix(4) })
    }
    #expect(used.count > 50)
    #expect(used.subtracting(listed).isEmpty, "without explanation")
    for code in listed.sorted().prefix(3) { #expect(salc("why", code).exitCode == 0) }
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionsAreScripts(_ shellName: String) {
    let script = salc("completions", shellName)
    #expect(script.exitCode == 0 && script.errors.isEmpty, "\(script.summary)")
    for word in ["verify", "pcap", "schema"] { #expect(script.output.contains(word)) }
    guard Tool.find(shellName) != nil else { return }
    let path = directory.write(script.output, to: "script")
    let parsed = shell("\(shellName) -n \(path)")
    #expect(parsed.exitCode == 0, "\(parsed.summary)")
  }

  @Test func completionsAskForCodesAndInterfaces() {
    let codes = salc("---completion", "why", "--", "positional@0", "0", "0")
    #expect(codes.exitCode == 0 && codes.output.contains("SAL0101"), "\(codes.summary)")
    let interfaces = salc("---completion", "run", "--", "--iface", "0", "0")
    #expect(interfaces.exitCode == 0 && interfaces.output.contains("lo"), "\(interfaces.summary)")
  }

  @Test(arguments: [
    (["run", "--format", "jsn"], "json"), (["explain", "--format", "dto", "q.sal"], "dot"),
    (["test", "--engine", "kernle", "q.sal"], "kernel"), (["test", "--updte", "q"], "--update"),
    (["verify", "--memroy", "1"], "--memory"), (["shema"], "salc schema"),
    (["completions", "bsh"], "bash"),
  ])
  func nearMissesOfValuesAndFlags(_ arguments: [String], _ meant: String) {
    let outcome = Tool.run(Tool.salc, arguments)
    #expect(outcome.exitCode == 2 && outcome.output.isEmpty, "\(outcome.summary)")
    #expect(outcome.errors.lowercased().contains("did you mean '\(meant)'"), "\(outcome.errors)")
  }
}
