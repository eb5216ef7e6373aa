import Glibc
import TestSupport
import Testing

/// Names, texts and paths mean what they say and no more: the emitted C is the same without them.
@Suite("Hostile names") struct HostileNameTests {
  static let names: [String] = [
    "int", "while", "__asm__", "XDP_PASS", "frame", "half", "sal_half", "salc_main", "__u64",
    "bpf_map_lookup_elem", "SEC", "_Static_assert", "NULL", "defined",
    "__LINE__", "größe", "數據",
    "e\u{301}te", "x" + String(repeating: "y", count: 10_000),
  ]

  static let files: [String] = [
    "a\"b.sal", "a\\b.sal", "a\n#error here.sal", "a*/ #error b.sal", "a??/b.sal", "%s%n%d.sal",
    "$(false)`false`.sal", "-o.sal", " .sal", "größe.sal", "query.bpf.c", "salc-object.o",
    "#line 1 \"x\".sal",
    String(repeating: "l", count: 200) + ".sal",
  ]

  private static func query(_ stream: String, _ feature: String) -> String {
    """
    P = PacketStream("lo");
    \(stream) = FILTER P BY tcp.dstport == 80 AND payload CONTAINS "x";
    \(feature) = FOREACH (STREAM \(stream) BY SourceIp) GENERATE count() WINDOW 1s;
    """
  }

  /// The emitted C as the compiler sees it behind comments, `#line`s and headers.
  private static func code(_ text: String, file: String = "plain.sal") throws -> String {
    let clang = try #require(Tool.find("clang"))
    let directory = TemporaryDirectory()
    let path = directory.file(file)
    if let slash = file.lastIndex(of: "/") { mkdir(directory.file(String(file[..<slash])), 0o700) }
    FileBytes.write(Array(text.utf8), to: path)
    let emitted = salc("compile", "--emit", "c", path)
    try #require(emitted.exitCode == 0, "\(emitted.summary)")
    let source = directory.file("emitted.c")
    FileBytes.write(Array(emitted.output.utf8), to: source)
    let outcome = Tool.run(
      clang,
      ["-target", "bpf", "-E", "-P", "-I", Repository.root + "/runtime-bpf/include"]
        + ["-idirafter", "/usr/include/x86_64-linux-gnu"]
        + ["-idirafter", "/usr/include/aarch64-linux-gnu", source])
    try #require(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.summary)")
    return outcome.output
  }

  @Test(
    "streams and features of any name compile to the same code",
    .enabled(if: Requirement.program("clang").isMet), arguments: names)
  func namesAreOnlyNames(name: String) throws {
    let plain = try Self.code(Self.query("Q", "N"))
    #expect(plain.contains("salc_main"))
    #expect(try Self.code(Self.query(name, "N")) == plain)
    #expect(try Self.code(Self.query("Q", name)) == plain)
  }

  @Test(
    "random names do too", .enabled(if: Requirement.program("clang").isMet), arguments: 1...8)
  func randomNames(seed: Int) throws {
    var random = RandomSource(seed: UInt64(seed))
    let parts = ["int", "_", "Ω", "9", "sal_", "if", "é", "ß", "SAL_", "x", "数", "__", "\u{308}"]
    func name() -> String {
      "a" + (0..<random.number(1...12)).map { _ in random.choice(parts) }.joined()
    }
    let (stream, feature) = (name() + "s", name() + "f")
    #expect(try Self.code(Self.query(stream, feature)) == Self.code(Self.query("Q", "N")))
  }

  @Test(
    "files of any name do too, and the program loads into an object",
    .enabled(if: Requirement.program("clang").isMet), arguments: files)
  func filesAreOnlyFiles(file: String) throws {
    let text = Self.query("Q", "N")
    #expect(try Self.code(text, file: file) == Self.code(text))
    let directory = TemporaryDirectory()
    let folder = directory.file("a \"b\" $(false) *; c\\")
    mkdir(folder, 0o755)
    if let slash = file.lastIndex(of: "/") { mkdir(folder + "/" + file[..<slash], 0o700) }
    FileBytes.write(Array(text.utf8), to: folder + "/" + file)
    let outcome = salc("compile", "-o", folder + "/out.salb", folder + "/" + file)
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.summary)")
    #expect(FileBytes.read(folder + "/out.salb")?.isEmpty == false)
  }

  static let texts: [String] = [
    "*/ #error", "/* ", "\"; #error \"", "\n#error x\n", "%s%n%d", "??/\n??=error", "\\", "\\\"",
    "a\\nb",
    "\")); asm(\"int3", "'", "\0x\0", "\u{202E}größe", "\r\u{1B}[2J",
  ]

  /// A text as a literal: with the escapes that it must have, or each byte as an escape.
  private static func literal(_ text: String, inHex: Bool) -> String {
    let digits = Array("0123456789abcdef")
    let bytes = text.utf8.map { "\\x" + String([digits[Int($0 >> 4)], digits[Int($0 & 15)]]) }
    if inHex { return "\"" + bytes.joined() + "\"" }
    let escapes: [Character: String] = [
      "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\0": "\\0",
    ]
    return "\"" + text.map { escapes[$0] ?? String($0) }.joined() + "\""
  }

  @Test(
    "texts are bytes to look for and nothing else",
    .enabled(if: Requirement.program("clang").isMet), arguments: texts)
  func textsAreOnlyBytes(text: String) throws {
    func query(inHex: Bool) -> String {
      Self.query("Q", "N").replacing(
        "CONTAINS \"x\"", with: "CONTAINS \(Self.literal(text, inHex: inHex))")
    }
    let plain = try Self.code(query(inHex: true))
    #expect(try Self.code(query(inHex: false)) == plain)
    #expect(try plain != Self.code(Self.query("Q", "N")))
  }

  @Test(
    "names of interfaces and targets of sinks do not reach the program",
    .enabled(if: Requirement.program("clang").isMet), arguments: texts)
  func targetsStayOutside(text: String) throws {
    guard !text.utf8.contains(0) else { return }
    let name = Self.literal(text, inHex: false)
    let query = Self.query("Q", "N")
    let changed = query.replacing("\"lo\"", with: name) + " OUTPUT N TO csv(\(name));"
    #expect(try Self.code(changed) == Self.code(query + " OUTPUT N;"))
  }

  @Test("names reach the rows as they are", arguments: names)
  func rows(name: String) {
    let directory = TemporaryDirectory()
    let query =
      "P = PacketStream(\"lo\"); \(name) = FOREACH (STREAM P BY SourceIp) "
      + "GENERATE count() WINDOW 1s;"
    let run = SalcRun.replay(query, capture: directory.capture())
    #expect(run.outcome.exitCode == 0 && run.violations.isEmpty, "\(run.outcome.summary)")
    #expect(run.rows.count == 2)
    #expect(run.meta?["outputs"]?.elements.first?["name"]?.string == name)
    for format in ["csv", "table"] {
      let outcome = salc("run", "-e", query, "--pcap", directory.capture(), "--format", format)
      #expect(outcome.exitCode == 0 && outcome.output.contains("10.0.0.1"), "\(outcome.summary)")
      if format == "csv" { #expect(outcome.output.contains(name)) }
    }
  }
}
