import Glibc
import TestSupport
import Testing

/// What went wrong for people who used the shell for the first time.
@Suite("salc repl for newcomers") struct ReplStumbleTests {
  @Test("commands without a backslash and SQL are answered, and nothing has begun by them")
  func foreign() {
    let directory = TemporaryDirectory()
    let session = Session([], in: directory)
    session.enter("set pcap \(directory.capture())")
    #expect(session.terminal.expect("did you mean \\set pcap "), session.summary)
    session.enter("\\set pcap \(directory.capture())")
    session.enter("SELECT * FROM Packets;")
    #expect(session.terminal.expect("SAL has no SELECT"), session.summary)
    session.enter("show tables")
    #expect(session.terminal.expect("\\d lists streams"), session.summary)
    session.enter("count();")
    #expect(session.terminal.expect("‘count’ is an operator"), session.summary)
    session.enter("Hosts = STREAM Packets BY SourceIp;")
    session.enter("A = FOREACH Hosts GENERATE count(), sum(frame.len) WINDOW 1s;")
    #expect(session.terminal.expect("FOREACH computes one feature"), session.summary)
    session.enter("\\d udp.")
    #expect(session.terminal.expect("udp.dstport"), session.summary)
    session.enter("exit()")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("commands within a statement leave it as it is; those of other shells name ours")
  func within() {
    let directory = TemporaryDirectory()
    let session = Session(
      ["--pcap", directory.capture()], in: directory, environment: ["HOME": directory.path])
    session.enter("?")
    #expect(session.terminal.expect("leaves, as Ctrl-D does"), session.summary)
    session.enter("FOREACH Packets GENERATE")
    session.enter("\\d", after: "...> ")
    #expect(session.terminal.expect("Packets  source"), session.summary)
    session.enter(".help", after: "...> ")
    #expect(session.terminal.expect("leaves, as Ctrl-D does"), session.summary)
    session.enter("count() WINDOW 1d;", after: "...> ")
    #expect(session.terminal.expect("4 packets, 1 row, nothing lost"), session.summary)
    session.enter("!ls")
    #expect(session.terminal.expect("runs no programs"), session.summary)
    session.enter(".mode json")
    #expect(session.terminal.expect("\\set format"), session.summary)
    for (line, answer) in [
      ("# what is this", "comments start with //"), ("@[SourceIp] = count();", "SAL has no maps"),
      ("Packets | where tcp;", "SAL has no pipes"), ("FROM 'f.pcap';", "SAL has no FROM"),
      ("\\set Lateness 5m", "Lateness = 1m;"), ("Lateness = 5m;", "Lateness is set"),
      ("FILTER Packets BY count() > 3;", "‘count’ is an operator of FOREACH"),
      ("FILTER Packets BY sum(frame.len) > 3;", "‘sum’ is an operator of FOREACH"),
      ("FOREACH Packets GENERATE count() WINDOW 2 hours;", "write 2h"),
      ("\\set pcap ~/none.pcap", "\(directory.path)/none.pcap"),
      ("\\explain Packets", "the host reads captures"),
    ] {
      session.enter(line)
      #expect(session.terminal.expect(answer), "\(line): \(session.summary)")
    }
    session.enter("\\df count")
    #expect(session.terminal.expect("STREAM Packets BY"), session.summary)
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("a window that is dragged: what comes next fits the new size")
  func resized() {
    let session = Session()
    session.enter("\\d")
    #expect(session.terminal.expect("Packets  source"), session.summary)
    session.terminal.resize(columns: 50, rows: 30)
    session.enter("\\df")
    #expect(session.terminal.expect("var(expression)"), session.summary)
    let table = session.terminal.screen.lines.filter { $0.contains("(expression)") }
    #expect(table.count >= 5 && table.allSatisfy { $0.contains("…") }, session.summary)
    session.enter("\\q")
    #expect(session.terminal.exitCode() == 0)
  }

  @Test("lines that are typed while a query runs are done after it")
  func typedAhead() {
    let directory = TemporaryDirectory()
    let session = Session(["--pcap", directory.capture()], in: directory)
    #expect(session.terminal.expect("sal> "))
    session.terminal.type(
      "Hosts = STREAM Packets BY SourceIp;\rCount = FOREACH Hosts GENERATE count() WINDOW 1s;\r"
        + "Count;\rFILTER Hosts BY Count > 2;\r\\q\r")
    #expect(session.terminal.exitCode() == 0)
    let text = session.terminal.screen.text
    #expect(text.contains("4 packets, 2 rows, nothing lost"), session.summary)
    #expect(text.contains("4 packets, 1 row, nothing lost"), session.summary)
  }

  @Test("a closed window at the prompt ends the session; its history is there the next time")
  func closedWindow() {
    let directory = TemporaryDirectory()
    let session = Session([], in: directory)
    session.enter("Hosts = STREAM Packets BY SourceIp;")
    #expect(session.terminal.expect("keyed stream"), session.summary)
    #expect(session.terminal.expect("sal> "))
    session.terminal.hangUp()
    #expect(session.terminal.exitCode() != nil)
    let again = Session([], in: directory)
    #expect(again.terminal.expect("sal> "))
    again.terminal.type("\u{10}\r")
    #expect(again.terminal.expect("Hosts is a keyed stream"), again.summary)
    again.enter("\\q")
    #expect(again.terminal.exitCode() == 0)
  }
}
