import Diagnostics
import Syntax
import Testing

@Suite struct ExpressionTests {
  private func expect(
    _ text: String, is tree: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectParse(
      "A = FILTER P BY \(text);", tree: "A = FILTER P BY \(tree);", sourceLocation: sourceLocation)
  }

  @Test func precedence() {
    expect("a OR b AND NOT c == d + e * -f", is: "(a OR (b AND (NOT (c == (d + (e * (-f)))))))")
    expect("tcp.flags & 2 == 2", is: "((tcp.flags & 2) == 2)")
    expect("a | b & c ^ d << 1 < e", is: "(((a | (b & c)) ^ (d << 1)) < e)")
    expect("a - b - c", is: "((a - b) - c)")
    expect("NOT NOT a", is: "(NOT (NOT a))")
    expect("(a OR b) and c", is: "((a OR b) AND c)")
    expect("a = 1 AND b == 2", is: "((a == 1) AND (b == 2))")
  }

  @Test func membership() {
    expect("a IN {1, 2,} AND b not in S", is: "((a IN {1, 2}) AND (b NOT IN S))")
    expect("a IN (1, 2)", is: "(a IN (1, 2))")
    expect("a IN 10.0.0.0/8", is: "(a IN 10.0.0.0/8)")
    expect("(a, b) IN S WITHIN 60s", is: "((a, b) IN S WITHIN 1m)")
    expect("a IN (FILTER K BY f > 1)", is: "(a IN (FILTER K BY (f > 1)))")
    expect("a BETWEEN 1 AND 5 AND b", is: "((a BETWEEN 1 AND 5) AND b)")
    expect("a NOT BETWEEN 1 AND 5", is: "(a NOT BETWEEN 1 AND 5)")
    expect("payload NOT CONTAINS \"x\"", is: "(NOT (payload CONTAINS \"x\"))")
  }

  @Test func members() {
    expect("F.prev(1).key > T.value(0) + T.key", is: "(F.prev(1).key > (T.value(0) + T.key))")
    expect("ip.in.not == 1", is: "(ip.in.not == 1)")
    expect("prev(1).d > 0", is: "(prev(1).d > 0)")
  }

  @Test func literals() {
    expect("a == 0x1F", is: "(a == 31)")
    expect("a == 0.050", is: "(a == 0.050)")
    expect("a == true OR b == FALSE", is: "((a == true) OR (b == false))")
    expect("a == 2001:db8::/32", is: "(a == 2001:db8:0:0:0:0:0:0/32)")
    expect("a == ::ffff:10.0.0.1", is: "(a == 0:0:0:0:0:ffff:a00:1)")
    expect("a == ::", is: "(a == 0:0:0:0:0:0:0:0)")
    expect("a == fe80::1", is: "(a == fe80:0:0:0:0:0:0:1)")
    expect("a == 00:1B:2c:3d:4e:5f", is: "(a == 00:1b:2c:3d:4e:5f)")
    expect("a == 64KB OR a == 1MiB", is: "((a == 64000B) OR (a == 1048576B))")
    expect("a < 1.5s", is: "(a < 1500ms)")
    expect("a < 10us", is: "(a < 10us)")
    expect(#"a == "\x00\n\u{e9}\\""#, is: #"(a == "\x00\x0a\xc3\xa9\\")"#)
  }

  @Test func minusSigns() {
    expect("last −first > - -3", is: "((last - first) > (-(-3)))")
  }

  @Test func ranges() {
    let text = "A = FILTER P BY (a + b) * c > 1;"
    var log = DiagnosticLog()
    let source = SourceText(name: "", text)
    let tree = parse(source, reportingTo: &log)
    guard case .assignment(let assignment) = tree.program.statements.first,
      case .filter(let filter) = assignment.value, case .binary(let binary) = filter.predicate
    else {
      Issue.record("no filter by a comparison")
      return
    }
    #expect(source[binary.range] == "(a + b) * c > 1")
    #expect(source[binary.left.range] == "(a + b) * c")
    #expect(source[binary.operatorRange] == ">")
    #expect(source[assignment.range] == text)
  }
}
