import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// `VertexInfo("file")`; the file is read when the query starts. `VertexInfo("host", port)`, as
  /// SAL has it, is a table whose file the command line names.
  mutating func checkTable(_ call: Call) -> String? {
    if isServer(call) {
      report(
        Diagnostic(
          .serverNotAsked, .warning,
          "no server is asked about vertices: the command line names a file", at: call.range,
          notes: [
            Diagnostic.Note("salc run … --bind NAME=FILE"),
            Diagnostic.Note(
              "a CSV or NDJSON file whose first column is the address or prefix, or a .mmdb file"),
          ]))
      return ""
    }
    guard call.arguments.count <= 1 else {
      report(
        Diagnostic(.wrongArgumentCount, "VertexInfo takes one file name", at: call.range))
      return nil
    }
    guard let first = call.arguments.first else { return "" }
    guard first.label == nil, case .literal(let literal) = first.value,
      let file = literal.value.text
    else {
      reportArgument(first, of: "VertexInfo")
      return nil
    }
    return file
  }

  private func isServer(_ call: Call) -> Bool {
    guard call.arguments.count == 2, call.arguments.allSatisfy({ $0.label == nil }),
      case .literal(let host) = call.arguments[0].value, host.value.text != nil,
      case .literal(let port) = call.arguments[1].value, case .integer = port.value
    else { return false }
    return true
  }

  /// `V(x).a != V(y).a`, `V(x).a == "text"`.
  mutating func readComparison(_ node: Expression, _ draft: inout PatternDraft) -> Bool {
    guard case .binary(let binary) = node, binary.op.isComparison,
      let comparison = comparison(binary.op)
    else {
      report(
        Diagnostic(
          .patternCondition, "what a table says of a vertex is compared", at: node.range,
          notes: [Diagnostic.Note("for example: Info(x).domain != Info(y).domain")]))
      return false
    }
    guard let left = operand(binary.left, draft), let right = operand(binary.right, draft) else {
      return false
    }
    draft.comparisons.append(VertexComparison(comparison, left, right))
    return true
  }

  private func comparison(_ op: BinaryOperator) -> Comparison? {
    switch op {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    default: nil
    }
  }

  private mutating func operand(
    _ node: Expression, _ draft: PatternDraft
  ) -> VertexComparison.Operand? {
    switch node {
    case .member(let member):
      var (base, name) = (member.base, member.name.text)
      while case .member(let outer) = base {
        (base, name) = (outer.base, "\(outer.name.text).\(name)")
      }
      guard case .call(let call) = base, call.arguments.count == 1,
        case .path(let path) = call.arguments[0].value
      else { break }
      guard let vertex = draft.vertex(path.text) else {
        reportUnknownPart(path, draft.vertices, "vertex")
        return nil
      }
      guard let table = table(call.name) else { return nil }
      return .attribute(table: table, name: name, vertex: vertex)
    case .literal:
      guard let value = check(node, in: Scope(constantsOnly: true)) else { return nil }
      switch value.node {
      case .text(let text): return .text(text)
      case .number(let a, let b) where value.isBareNumber: return .number(Double(a) / Double(b))
      default: break
      }
    default: break
    }
    report(
      Diagnostic(
        .patternCondition, "a table's attribute is compared with another, a text or a number",
        at: node.range, notes: [Diagnostic.Note("for example: Info(x).country == \"CH\"")]))
    return nil
  }

  /// The side table of a name.
  private mutating func table(_ name: Name) -> Int? {
    guard let index = names.statement(of: name.text, usedIn: statement) else {
      // The name of a stream that does not exist is told as anywhere.
      _ = meaning(of: name)
      return nil
    }
    names.consumed.insert(index)
    guard case .assignment(let node) = tree.program.statements[index],
      case .vertexInfo(let call) = node.value
    else {
      report(
        Diagnostic(
          .wrongType, "‘\(name.text)’ is no table of vertices", at: name.range,
          notes: [Diagnostic.Note("a table is \(name.text) = VertexInfo(\"file\");")]))
      return nil
    }
    let isNew = names.meanings[index] == nil
    guard let file = isNew ? checkTable(call) : tableFile(call) else { return nil }
    names.meanings[index] = .invalid
    if let known = plan.tables.firstIndex(where: { $0.name == name.text && $0.file == file }) {
      return known
    }
    plan.tables.append(SideTable(name: name.text, file: file))
    return plan.tables.count - 1
  }

  /// The file of a table that was checked already.
  private func tableFile(_ call: Call) -> String? {
    if isServer(call) { return "" }
    guard call.arguments.count < 2 else { return nil }
    guard let first = call.arguments.first else { return "" }
    if case .literal(let literal) = first.value { return literal.value.text }
    return nil
  }
}
