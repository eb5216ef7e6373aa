import DataModel
import Reference
import TestSupport
import Testing

/// The samples of patterns, and the published programs, on graphs that their heads give.
@Suite("Samples of patterns")
struct PatternSampleTests {
  static let samples = Repository.files(below: "samples/subgraph").filter { $0.hasSuffix(".sal") }

  static let domains: [String: [String: String]] = [
    "10.0.0.1": ["domain": "example.org"], "10.0.0.2": ["domain": "example.org"],
    "10.0.0.3": ["domain": "example.org"], "10.0.0.4": ["domain": "example.net"],
  ]

  @Test("give the naive evaluator's rows", arguments: samples)
  func sample(file: String) throws {
    let text = Repository.text(file)
    let lines = text.split(separator: "\n")
    let head = try #require(lines.first { $0.hasPrefix("// edges: ") }, "\(file) has no edges")
    let edges = Graph.edges(String(head.dropFirst("// edges: ".count)))
    let program = lines.filter { !$0.contains("VastStream") }.joined(separator: "\n")
    let table = "\"samples/subgraph/domains.csv\""
    #expect(Self.samples.count == 8)
    let rows = try Graph.rows(
      program.replacing(table, with: "\"\(Repository.root)/samples/subgraph/domains.csv\""),
      edges, source: "Flows", attributes: Self.domains)
    #expect(!rows.isEmpty)
  }

  /// The published text over records of a file, with the mistakes of xss mended.
  static func published(_ name: String) -> String {
    let text = Repository.text("samples/sal/\(name).sal")
    return text.split(separator: "\n").filter { !$0.contains("VastStream(") }
      .joined(separator: "\n")
      .replacing("(malicious).domain\n", with: "(malicious).domain;\n")
      .replacing("\"http\"\n}", with: "\"http\";\n}")
      .replacing("not in Server;", with: "not in Servers;")
      .replacing(
        "\"domainurl\", 5000", with: "\"\(Repository.root)/samples/subgraph/domains.csv\"")
  }

  @Test("the published triangles, with and without times")
  func triangles() throws {
    let edges = Graph.edges("a>b@0 b>c@1 c>a@2 d>a@3 a>c@4 c>d@4.5 b>d@5 c>a@9 b>c@15")
    let (timed, plain) = (Self.published("temporal-triangle"), Self.published("triangle"))
    #expect(try Graph.rows(timed, edges, source: "Netflows").count >= 1)
    #expect(try Graph.rows(plain, edges, source: "Netflows").count >= 6)
  }

  @Test("the published command and control")
  func control() throws {
    // The nodes are hosts that send little themselves: 9 octets on average, or 10.
    let quiet = "a>z@0 b>z@0 d>z@0 e>z@0 z>q@0 c>a@1 c>b@2 c>d@3 c>e@4 c>z@5 c>a@20"
    let program = Self.published("cnc").replacing("Payload < 10;", with: "Payload <= 10;")
    #expect(try !Graph.rows(program, Graph.edges(quiet), source: "Netflows").isEmpty)
    #expect(try Graph.rows(Self.published("cnc"), Graph.edges(quiet), source: "Netflows").isEmpty)
  }

  @Test("the published cross-site scripting, with shorter windows")
  func scripting() throws {
    let program = Self.published("xss")
      .replacing("topk(DestPort,10000,1000,2)", with: "topk(DestPort,20,5,2)")
    var edges = (0..<12).map { Graph.Edge(start: $0 * 10, source: "e", target: "b") }
    edges += Graph.edges("a>b@1:80 a>d@2:80 a>d@3:443 a>c@4:80 b>d@5:80")
    let rows = try Graph.rows(
      program, edges, source: "Netflows", attributes: Self.domains)
    #expect(rows.count == 1)
  }
}
