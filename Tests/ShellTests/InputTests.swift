import Testing

@testable import Shell

@Suite("Statements out of lines") struct InputTests {
  /// The pieces of a text that comes line by line.
  private func pieces(_ lines: String...) -> [Piece] {
    var text = InputText(name: "<test>")
    return lines.flatMap { line -> [Piece] in
      text.append(line)
      return text.takePieces()
    }
  }

  @Test("a ';' ends a statement, not one in a string, a comment or a pattern")
  func ends() {
    #expect(pieces("A = B", ";").map(\.kind) == [.definition("A")])
    #expect(
      pieces("A = PacketStream(\"a;b\"); B = A;").map(\.kind) == [
        .definition("A"), .definition("B"),
      ])
    #expect(pieces("A = B // ;", "/* ;", "*/ -- ;", ";").count == 1)
    #expect(pieces("SUBGRAPH ON P WITH source(S) AND target(D) { a e b;", "b f c; };").count == 1)
    // A brace that was forgotten does not swallow what follows.
    #expect(pieces("A = FILTER P BY x IN {1, 2;", "B = A;").count == 2)
  }

  @Test("kinds are told by the first words")
  func kinds() {
    #expect(
      pieces("A = 3; B = -1s; C = true;").map(\.kind) == [
        .setting("A"), .setting("B"), .setting("C"),
      ])
    #expect(
      pieces("OUTPUT A; OUTPUT A (x); OUTPUT TOP 3 A BY x;").map(\.kind) == [
        .output("A"), .output("A"), .output(nil),
      ])
    #expect(
      pieces("A; A (x); TOP 3 A BY x; (FILTER A BY x);").map(\.kind) == [
        .query("A"), .query(nil), .query(nil), .query(nil),
      ])
    #expect(pieces("PARTITION A BY x; ;").map(\.kind) == [.directive, .empty])
    // A statement that begins with a misspelt word is the parser's to answer.
    #expect(pieces("FILTR A BY x;").map(\.kind) == [.directive])
  }

  @Test("'&' puts a query behind the prompt")
  func background() {
    for line in ["A; &", "A &;", "A &", "OUTPUT A; &"] {
      #expect(pieces(line).map(\.isBackground) == [true], "\(line)")
    }
    #expect(pieces("A = FILTER P BY x &", "3 == 1;").map(\.isBackground) == [false])
  }

  @Test("what has begun waits, and can be given up")
  func pending() {
    var text = InputText(name: "<test>")
    text.append("A = /* open")
    #expect(text.takePieces().isEmpty && text.isPending)
    text.discardPending()
    #expect(!text.isPending)
    text.append("// only a comment")
    #expect(!text.isPending)
    text.skip("\\d")
    #expect(text.nextLine == 4)
    text.append("B = C")
    #expect(text.takeRest()?.kind == .definition("B"))
  }
}

@Suite("Commands and their words") struct CommandTests {
  @Test("quotes keep spaces, a last ';' and '&' are not words")
  func words() {
    #expect(CommandArguments(" pcap  'a b.pcap';").words == ["pcap", "a b.pcap"])
    #expect(CommandArguments(" X &").isBackground)
    #expect(CommandArguments("").words.isEmpty)
    #expect(CommandArguments(" \"\"").words == [""])
  }

  @Test("names and aliases of commands and settings are unique")
  func unique() {
    let names = MetaCommands.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
    #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
    #expect(MetaCommands.all.allSatisfy { !$0.summary.isEmpty && !$0.summary.hasSuffix(".") })
  }

  @Test("a statement of several lines is one entry, unless a comment forbids it")
  func history() {
    #expect(History.oneLine("A = B\n   BY c;") == "A = B BY c;")
    #expect(History.oneLine("A = B // x\n;") == nil)
    let path = History(environment: { $0 == "HOME" ? "/h" : nil }).path
    #expect(path == "/h/.local/state/salc/history")
    #expect(History(environment: { $0 == "XDG_STATE_HOME" ? "/s" : nil }).path == "/s/salc/history")
    // The specification: relative paths are to be ignored.
    #expect(History(environment: { $0 == "XDG_STATE_HOME" ? "s" : nil }).path == nil)
  }
}

@Suite("Completion") struct CompletionTests {
  private static let completer = {
    let given = Given(WorkspaceTests.packets, WorkspaceTests.keyed, WorkspaceTests.count)
    return Completer(workspace: given.workspace)
  }()

  private func inserted(_ line: String, _ pending: String = "") -> String {
    Self.completer.complete(line, pending: pending).insertion
  }

  @Test("the place says what may stand there")
  func places() {
    #expect(inserted("X = FIL") == "FILTER ")
    #expect(inserted("X = PcapS") == "PcapStream(\"")
    #expect(inserted("X = FOREACH K GENERATE countd") == "countdistinct(")
    #expect(inserted("X = FILTER P BY tcp.flags.sy") == "tcp.flags.syn ")
    #expect(inserted("tcp.flags.sy", "X = FILTER P BY\n") == "tcp.flags.syn ")
    #expect(inserted("OUTP") == "OUTPUT ")
    #expect(inserted("X = FOREACH K GENERATE count() WIND") == "WINDOW ")
    #expect(inserted("\\expl") == "\\explain ")
    #expect(inserted(".tab") == ".tables ")
    #expect(inserted("\\set form") == "format ")
    #expect(inserted("\\set format js") == "json ")
    #expect(inserted("\\df sum") == "sum(")
    #expect(inserted("X = PacketStream(\"l") == "lo ")
  }

  @Test("the case is mended, and fields are shown with their types")
  func listing() {
    #expect(inserted("X = STREAM P BY sourcei") == "SourceIp ")
    let flags = Self.completer.complete("X = FILTER P BY tcp.flags.")
    #expect(flags.list.contains("tcp.flags.syn") && flags.list.contains("bool"))
    #expect(flags.list.split(separator: "\n").allSatisfy { $0.count < 80 })
    let none = Self.completer.complete("X = FILTER P BY zzz")
    #expect(none.insertion == "zzz" && none.list.isEmpty)
  }
}
