import TestSupport
import Testing

@Suite("check, fmt and why") struct CheckTests {
  @Test func aGoodQueryIsSilentOnStandardOutput() {
    let outcome = salc("check", "-e", Given.bySource)
    #expect(outcome.exitCode == 0 && outcome.output.isEmpty, "\(outcome.summary)")
  }

  @Test func aQueryComesFromAFileOrStandardInput() {
    let directory = TemporaryDirectory()
    let path = directory.write(Given.bySource, to: "q.sal")
    #expect(salc("check", path).exitCode == 0)
    #expect(shell("\"$SALC\" check - < \(path)").exitCode == 0)
    let bad = shell("echo 'OUTPUT Nothing;' | \"$SALC\" check -")
    #expect(bad.exitCode == 1 && bad.errors.contains("<stdin>"), "\(bad.summary)")
  }

  @Test("several files: all are looked at, and the first failure decides")
  func several() {
    let directory = TemporaryDirectory()
    let good = directory.write("P = PacketStream(\"eth0\");\nOUTPUT P;\n", to: "good.sal")
    let bad = directory.write("OUTPUT Q;\n", to: "bad.sal")
    let loose = directory.write("P=PacketStream(\"eth0\");\nOUTPUT P;\n", to: "loose.sal")
    #expect(salc("check", good, loose).exitCode == 0)
    let checked = salc("check", bad, good, directory.file("none.sal"))
    #expect(checked.exitCode == 1, "\(checked.summary)")
    #expect(checked.errors.contains("bad.sal") && checked.errors.contains("none.sal"))
    let unformatted = salc("fmt", "--check", good, loose)
    #expect(unformatted.exitCode == 1 && !unformatted.errors.contains("good.sal is not"))
    #expect(salc("fmt", "--write", good, loose).exitCode == 0)
    #expect(salc("fmt", "--check", good, loose).exitCode == 0)
    // What is wrong with the words of a later one is told as well, and once what is with all.
    let later = salc("fmt", "--write", bad + ".none", "-")
    #expect(later.exitCode == 1, "\(later.summary)")
    #expect(later.errors.contains("--write needs a file"), "\(later.summary)")
    let both = salc("check", "-e", "OUTPUT Q;", good, bad)
    #expect(both.exitCode == 2, "\(both.summary)")
    #expect(both.errors.parts(separatedBy: "not both").count == 2, "\(both.summary)")
  }

  @Test("a file too many is called an input only where the command reads one")
  func fileTooMany() {
    let directory = TemporaryDirectory()
    let query = directory.write("P = PacketStream(\"eth0\");\nOUTPUT P;\n", to: "q.sal")
    let run = salc("run", query, query)
    #expect(run.exitCode == 2 && run.errors.contains("read with --pcap"), "\(run.summary)")
    let explain = salc("explain", query, query)
    #expect(explain.exitCode == 2 && explain.errors.contains("Unexpected"), "\(explain.summary)")
    #expect(!explain.errors.contains("--pcap"), "\(explain.summary)")
  }

  @Test func anErrorHasItsPlaceAndCodeOnStandardError() {
    let directory = TemporaryDirectory()
    let path = directory.write("P = PacketStream(\"eth0\");\nOUTPUT Q;\n", to: "q.sal")
    let human = salc("check", path)
    #expect(human.exitCode == 1 && human.output.isEmpty, "\(human.summary)")
    #expect(human.errors.contains("q.sal:2:8"), "\(human.errors)")
    #expect(human.errors.contains("SAL0"), "\(human.errors)")
    #expect(!human.errors.contains("\u{1B}["), "no colours into a file")

    let short = salc("check", path, "--error-format", "short")
    #expect(short.exitCode == 1)
    #expect(short.errors.split(separator: "\n").allSatisfy { $0.contains("q.sal:") })

    let json = salc("check", path, "--error-format", "json")
    #expect(json.exitCode == 1 && json.output.isEmpty)
    let lines = json.errors.split(separator: "\n")
    #expect(!lines.isEmpty && lines.allSatisfy { JSON(String($0)) != nil }, "\(json.errors)")
  }

  @Test func severalErrorsComeInOneRun() {
    let outcome = salc(
      "check", "--error-format", "short", "-e",
      "P = PacketStream(\"eth0\");\nA = FILTER P BY nosuch == 1;\nB = FILTER P BY tcp.nix == 2;\n")
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.split(separator: "\n").count { $0.contains("error") } >= 2)
  }

  @Test func everyCodeOfAnErrorIsExplained() throws {
    let outcome = salc(
      "check", "--error-format", "json", "-e", "P = PacketStream(\"eth0\");\nOUTPUT Q;\n")
    let line = try #require(outcome.errors.split(separator: "\n").first)
    let code = try #require(JSON(String(line))?["code"]?.string)
    let why = salc("why", code)
    #expect(why.exitCode == 0 && why.errors.isEmpty, "\(why.summary)")
    #expect(why.output.contains(code))
  }

  @Test func whyOfAnUnknownCodeNamesANearOne() {
    let outcome = salc("why", "SAL9999")
    #expect(outcome.exitCode == 1 && outcome.output.isEmpty, "\(outcome.summary)")
    #expect(outcome.errors.contains("no diagnostic SAL9999") && outcome.errors.contains("SAL0901"))
    #expect(salc("why", "").exitCode == 1)
    let near = salc("why", "299").errors
    #expect(near.contains("SAL0295") && near.contains("salc why lists"), "\(near)")
    let titled = salc("why", "window").errors
    #expect(titled.contains("SAL0241  missing window"), "\(titled)")
  }

  @Test func fmtPrintsTheStandardForm() {
    let outcome = salc("fmt", "-e", "p=packetstream( 'x' );output   p ;")
    let again = salc("fmt", "-e", outcome.output)
    if outcome.exitCode == 0 {
      #expect(again.output == outcome.output)
    } else {
      #expect(outcome.explains && outcome.output.isEmpty, "\(outcome.summary)")
    }
    let good = salc("fmt", "-e", "P = PacketStream(\"eth0\");OUTPUT   P;")
    #expect(good.exitCode == 0, "\(good.summary)")
    #expect(salc("fmt", "-e", good.output).output == good.output)
  }

  @Test func fmtCheckSaysWhetherTheFileIsInStandardForm() {
    let directory = TemporaryDirectory()
    let untidy = directory.write("P=PacketStream(\"eth0\");OUTPUT   P;", to: "q.sal")
    let refused = salc("fmt", "--check", untidy)
    #expect(refused.exitCode == 1 && refused.output.isEmpty, "\(refused.summary)")
    #expect(refused.errors.contains("q.sal is not in standard form"))

    let written = salc("fmt", "--write", untidy)
    #expect(written.exitCode == 0 && written.output.isEmpty, "\(written.summary)")
    #expect(salc("fmt", "--check", untidy).exitCode == 0)
    let before = FileBytes.read(untidy)
    #expect(salc("fmt", "--write", untidy).exitCode == 0)
    #expect(FileBytes.read(untidy) == before)
  }

  @Test func fmtWriteKeepsAFileThatDoesNotParse() {
    let directory = TemporaryDirectory()
    let broken = directory.write("P = = ;", to: "q.sal")
    let outcome = salc("fmt", "--write", broken)
    #expect(outcome.exitCode == 1 && outcome.explains, "\(outcome.summary)")
    #expect(FileBytes.read(broken) == Array("P = = ;".utf8))
  }

  @Test func fmtWriteKeepsLinksAndPermissions() {
    let directory = TemporaryDirectory()
    let real = directory.write("P=PacketStream(\"eth0\");OUTPUT   P;", to: "real.sal")
    let link = directory.file("link.sal")
    #expect(shell("chmod 640 \(real) && ln -s real.sal \(link)").exitCode == 0)
    #expect(salc("fmt", "--write", link).exitCode == 0)
    #expect(shell("test -L \(link) && stat -c %a \(real)").output == "640\n")
    #expect(salc("fmt", "--check", real).exitCode == 0)
    #expect(shell("ls -A \(directory.path)").output == "link.sal\nreal.sal\n")
  }

  @Test func fmtWriteNeedsAFile() {
    #expect(salc("fmt", "--write", "-e", "P = PacketStream(\"eth0\");").exitCode == 2)
    #expect(shell("echo 'P=1;' | \"$SALC\" fmt --write -").exitCode == 2)
  }
}
