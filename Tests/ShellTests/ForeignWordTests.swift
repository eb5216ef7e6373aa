import Testing

@testable import Shell

@Suite("What people type who know other shells") struct ForeignWordTests {
  private func remedy(_ line: String, names: [String] = []) -> String? {
    ForeignWords.failure(line[...], defines: names.contains)?.remedy
  }

  @Test("a command without its backslash is answered with the command")
  func commands() {
    #expect(remedy("set pcap f.pcap") == "did you mean \\set pcap f.pcap?")
    #expect(remedy("WATCH") == "did you mean \\watch?")
    #expect(remedy("describe Packets") == "did you mean \\describe Packets?")
  }

  @Test("SQL is answered with what SAL has")
  func sql() {
    #expect(remedy("SELECT * FROM Packets;")?.contains("FILTER Packets") == true)
    #expect(remedy("show tables")?.contains("\\d lists") == true)
    #expect(remedy("N WHERE N > 3;", names: ["N"])?.contains("FILTER NAME BY") == true)
    #expect(remedy("Hosts order by N;", names: ["Hosts"])?.contains("TOP 10") == true)
    #expect(remedy("order by N;")?.contains("TOP 10") == true)
  }

  @Test("an operator without a statement is answered with one")
  func operators() {
    let statement = remedy("count packets by ip.src")
    #expect(statement?.contains("GENERATE count()") == true, "\(statement ?? "")")
    #expect(statement?.contains("STREAM Packets BY") == true)
    #expect(remedy("count by x", names: ["count"]) == nil)
  }

  @Test("statements, names of the session and misspelt keywords are nobody's business here")
  func statements() {
    for line in [
      "set = FILTER P BY x;", "Watch=3;", "FILTER P BY ip;", "e; f", "Select;", "count;",
      "FILTER P WHERE x;",
    ] {
      #expect(remedy(line) == nil, "\(line)")
    }
    #expect(remedy("set;", names: ["set"]) == nil)
    #expect(remedy("open (Count);") == nil)
  }

  @Test("columns are cut where they are widest, and never beyond the terminal")
  func columns() {
    let lines = [["a", "long", "b"], ["1", String(repeating: "x", count: 50), "meaning of it"]]
    let text = Columns.text(lines, width: 40).split(separator: "\n")
    #expect(text.allSatisfy { $0.count <= 40 })
    #expect(text[1].hasSuffix("meaning of it") && text[1].contains("x…"), "\(text[1])")
    #expect(Columns.text(lines, width: 200).contains(String(repeating: "x", count: 50)))
    #expect("/a/long/path/of/x.pcap".end(of: 8) == "…/x.pcap")
  }
}
