import Compiler
import DataModel
import Diagnostics
import Plan
import Testing

@testable import Shell

/// A session without a terminal.
struct Given {
  var workspace = Workspace()
  let text: Int

  init(_ lines: String...) {
    text = workspace.addText(named: "<test>")
    for line in lines { _ = give(line) }
  }

  /// Types a line; the change of its last statement.
  mutating func give(_ line: String) -> Workspace.Change {
    let text = text
    workspace.withText(text) { $0.append(line) }
    var change = Workspace.Change()
    for piece in workspace.takePieces(from: text) { change = workspace.define([piece]) }
    return change
  }

  /// Types lines as a file has them.
  mutating func giveTogether(_ lines: String) -> Workspace.Change {
    let text = text
    workspace.withText(text) { $0.append(lines) }
    return workspace.define(workspace.takePieces(from: text))
  }

  /// Errors of compiling a name.
  func errors(_ name: String) -> [String] {
    let result = workspace.compile(.name(name), .init())
    #expect((result.query == nil) == !result.diagnostics.isEmpty)
    return result.diagnostics.map(\.diagnostic.message)
  }
}

@Suite("The session model") struct WorkspaceTests {
  static let packets = "P = PacketStream(\"eth0\");"
  static let keyed = "K = STREAM P BY SourceIp;"
  static let count = "N = FOREACH K GENERATE count() WINDOW 1s;"
  static let busy = "B = FILTER K BY N > 3;"

  @Test("statements accumulate; a query takes only what it needs")
  func accumulate() {
    var given = Given(Self.packets, Self.keyed, Self.count, Self.busy)
    #expect(given.workspace.names == ["P", "K", "N", "B"])
    #expect(given.errors("B").isEmpty)
    _ = given.give("Q = PcapStream(\"other\");")
    // Two sources in one program would be an error.
    #expect(given.errors("B").isEmpty && given.errors("Q").isEmpty)
    let (text, title) = given.workspace.program(for: .name("N"))
    let program = String(decoding: text.utf8, as: UTF8.self)
    #expect(title == "N" && program.contains("FOREACH K") && !program.contains("FILTER"))
  }

  @Test("a statement with an error is not taken")
  func refused() {
    var given = Given(Self.packets)
    let change = given.give("K = STREAM P BY Nonsense;")
    #expect(!change.isAccepted && !change.diagnostics.isEmpty)
    #expect(given.workspace.names == ["P"])
    #expect(
      given.workspace.texts[given.text].source.position(
        at: change.diagnostics[0].diagnostic.range.lowerBound)
        == SourcePosition(line: 2, column: 17))
  }

  @Test("a redefinition takes its place, and its dependents are checked again")
  func redefine() {
    var given = Given(Self.packets, Self.keyed, Self.count, Self.busy)
    let change = given.give("K = STREAM P BY DestIp;")
    #expect(change.isAccepted && change.redefined == ["K"])
    #expect(change.sound == ["N", "B"] && change.broken.isEmpty)
    #expect(given.workspace.names == ["P", "K", "N", "B"])
    #expect(given.workspace.describe("B")?.columns.map(\.name) == ["DestIp", "N"])
  }

  @Test("what a redefinition breaks is named, once, and can be mended")
  func breakAndMend() {
    var given = Given(Self.packets, Self.keyed, Self.count, Self.busy, "C = FILTER B BY N > 5;")
    let change = given.give("N = FILTER P BY tcp;")
    #expect(change.isAccepted && change.broken.map(\.name) == ["B", "C"])
    // The reason stands where the error is.
    #expect(change.broken.contains { !$0.diagnostics.isEmpty })
    #expect(given.workspace.isBroken("B") && !given.workspace.isBroken("N"))
    #expect(!given.errors("B").isEmpty)
    let again = given.give("M = FOREACH K GENERATE count() WINDOW 2s;")
    #expect(again.broken.isEmpty)
    let mended = given.give(Self.count)
    #expect(mended.mended == ["B", "C"])
    #expect(given.errors("C").isEmpty)
  }

  @Test("a statement that mentions its own name is added behind, as in a file")
  func mentionsItself() {
    var given = Given(Self.packets)
    _ = given.give("S = FILTER P BY tcp;")
    let change = given.give("S = FILTER S BY tcp.dstport == 80;")
    #expect(change.isAccepted, "\(change.diagnostics)")
    let (text, _) = given.workspace.program(for: .name("S"))
    #expect(String(decoding: text.utf8, as: UTF8.self).contains("FILTER P BY tcp;"))
    // A call of an operator is no use of a name.
    var other = Given(Self.packets, Self.keyed)
    _ = other.give("count = FOREACH K GENERATE count() WINDOW 1s;")
    _ = other.give("count = FOREACH K GENERATE count() WINDOW 2s;")
    #expect(other.workspace.describe("count")?.window == "2s")
    #expect(other.workspace.programText.contains("1s") == false)
  }

  @Test("a file is taken whole or not at all; its order is the language's")
  func batches() {
    var given = Given(Self.packets)
    let good = given.giveTogether(Self.count + "\n" + Self.keyed)
    #expect(good.isAccepted, "uses may stand before their names")
    let bad = given.giveTogether(Self.busy + "\nX = FILTER P BY Nonsense;")
    #expect(!bad.isAccepted && given.workspace.names == ["P", "N", "K"])
    #expect(bad.diagnostics.count == 1)
    let again = given.giveTogether(
      "A = FILTER P BY tcp;\nN1 = FOREACH A GENERATE count() WINDOW 1s;\nA = FILTER P BY udp;")
    #expect(again.isAccepted)
    let (text, _) = given.workspace.program(for: .name("N1"))
    let program = String(decoding: text.utf8, as: UTF8.self)
    #expect(program.contains("tcp") && program.contains("udp"))
  }

  @Test("outputs: their columns serve the name, and the last of a name counts")
  func outputs() {
    var given = Given(Self.packets, Self.keyed, Self.count)
    _ = given.give("L = FOREACH K GENERATE sum(frame.len) WINDOW 1s;")
    _ = given.give("OUTPUT K (N, L);")
    let query = given.workspace.compile(.name("K"), .init()).query
    #expect(query?.plan.outputs[0].schema.columns.map(\.name) == ["SourceIp", "N", "L"])
    _ = given.give("OUTPUT K (L);")
    #expect(given.workspace.outputs.count == 1)
    let all = given.workspace.compile(.outputs, .init()).query
    #expect(all?.plan.outputs[0].schema.columns.map(\.name) == ["SourceIp", "L"])
    #expect(given.workspace.programText.hasSuffix("OUTPUT K (L);\n"))
  }

  @Test("forgetting a name breaks what used it")
  func forget() {
    var given = Given(Self.packets, Self.keyed, Self.count, Self.busy)
    let change = given.workspace.forget("N")
    #expect(change?.broken.map(\.name) == ["B"])
    #expect(given.workspace.forget("N") == nil)
    #expect(given.workspace.names == ["P", "K", "B"])
  }

  @Test("what is built in gives way, and is not saved where nobody uses it")
  func builtIn() {
    var workspace = Workspace()
    let own = workspace.addText(named: "<built in>")
    workspace.defineBuiltIn("Packets = PacketStream(\"a\");", text: own)
    let text = workspace.addText(named: "<test>")
    workspace.withText(text) { $0.append(Self.packets + Self.keyed) }
    for piece in workspace.takePieces(from: text) { _ = workspace.define([piece]) }
    #expect(!workspace.programText.contains("Packets"))
    #expect(workspace.compile(.outputs, .init()).query != nil)
    workspace.withText(text) { $0.append("Packets = PacketStream(\"b\");") }
    for piece in workspace.takePieces(from: text) { _ = workspace.define([piece]) }
    workspace.defineBuiltIn("Packets = PacketStream(\"c\");", text: own)
    #expect(workspace.definition(of: "Packets")?.contains("\"b\"") == true)
  }
}
