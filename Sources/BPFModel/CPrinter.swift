/// Turns a ``CFile`` into text: the kernel's style, tabs of eight, lines of a hundred columns.
///
/// The only place that makes C text. Texts of the query reach it in comments, where they cannot
/// end the comment, and as the file names of `#line`, which it escapes.
public struct CPrinter {
  private var text = ""
  private var line = 1
  private var depth = 0
  private let file: String
  private let marksLines: Bool
  /// The origin that the following printed line would have by itself; nil in the C's own lines.
  private var origin: COrigin?

  private init(file: String, marksLines: Bool) {
    self.file = file
    self.marksLines = marksLines
  }

  /// Prints a file; without `lineMarks` there are no `#line` directives.
  public static func print(_ file: CFile, lineMarks: Bool = true) -> String {
    var printer = CPrinter(file: file.name, marksLines: lineMarks)
    for declaration in file.declarations { printer.write(declaration) }
    return printer.text
  }

  /// Prints an expression as a statement would hold it.
  public static func print(_ expression: CExpression) -> String {
    CText.expression(expression, above: 0)
  }

  // MARK: lines

  private mutating func emit(_ content: String) {
    if content.isEmpty {
      text += "\n"
    } else {
      text += String(repeating: "\t", count: depth) + content + "\n"
    }
    line += 1
    origin?.line += 1
  }

  /// A logical line, folded where it is too long: continuation lines stand two tabs deeper.
  private mutating func emitFolded(_ content: String) {
    for (index, part) in CText.folded(content, width: 98 - depth * 8).enumerated() {
      if index > 0 { depth += 2 }
      emit(part)
      if index > 0 { depth -= 2 }
    }
  }

  private mutating func directive(_ number: Int, _ name: String) {
    text += "#line \(number) \"\(CText.escaped(name))\"\n"
    line += 1
  }

  private mutating func mark(_ wanted: COrigin?) {
    guard marksLines, wanted != origin else { return }
    if let wanted {
      directive(wanted.line, wanted.file)
    } else {
      directive(line + 1, file)
    }
    origin = wanted
  }

  private mutating func comment(_ content: String) {
    let lines = CText.commentLines(content, width: 94 - depth * 8)
    if lines.count == 1 { return emit("/* \(lines[0]) */") }
    emit("/*")
    for line in lines { emit(line.isEmpty ? " *" : " * \(line)") }
    emit(" */")
  }

  // MARK: declarations

  private mutating func write(_ declaration: CDeclaration) {
    switch declaration {
    case .comment(let content): comment(content)
    case .blank: emit("")
    case .include(let name): emit("#include <\(CText.escaped(name))>")
    case .structure(let name, let members):
      emit("struct \(name) {")
      depth += 1
      for member in members { write(member) }
      depth -= 1
      emit("};")
    case .invocation(let name, let arguments, let terminated):
      let list = arguments.isEmpty ? "" : "(\(CText.list(arguments)))"
      emitFolded("\(name)\(list)\(terminated ? ";" : "")")
    case .variable(let prefix, let type, let name, let counts, let value):
      let start = prefix.isEmpty ? "" : prefix + " "
      let end = value.map { " = " + CText.expression($0, above: 0) } ?? ""
      emitFolded(start + CText.declarator(type, name, counts) + end + ";")
    case .staticAssert(let condition, let reason):
      emitFolded(
        "_Static_assert(\(CText.expression(condition, above: 0)), \"\(CText.escaped(reason))\");")
    case .function(let prefix, let type, let name, let parameters, let body):
      let list = parameters.map { CText.declarator($0.type, $0.name, []) }
      let start = prefix.isEmpty ? "" : prefix + " "
      let head = list.isEmpty ? "void" : list.joined(separator: ", ")
      emitFolded(start + CText.declarator(type, name, []) + "(\(head))")
      emit("{")
      write(body)
      emit("}")
    }
  }

  private mutating func write(_ member: CMember) {
    let declarator = CText.declarator(member.type, member.name, member.counts) + ";"
    if member.note.isEmpty { return emit(declarator) }
    let note = CText.commentLines(member.note, width: 200).joined(separator: " ")
    if declarator.utf8.count + note.utf8.count + 15 <= 100 {
      emit("\(declarator) /* \(note) */")
    } else {
      comment(member.note)
      emit(declarator)
    }
  }

  // MARK: statements

  private mutating func write(_ statements: [CStatement]) {
    depth += 1
    for statement in statements { write(statement) }
    depth -= 1
  }

  private mutating func write(_ statement: CStatement, from wanted: COrigin? = nil) {
    switch statement {
    case .comment(let content):
      mark(nil)
      return comment(content)
    case .blank: return emit("")
    case .from(let origin, let statements):
      for statement in statements { write(statement, from: origin) }
      return mark(wanted)
    case .branch(let condition, let yes, let no):
      mark(wanted)
      return branch(condition, yes, no, from: wanted)
    case .block(let statements):
      emit("{")
      nested(statements, from: wanted)
      mark(wanted)
      return emit("}")
    default: break
    }
    mark(wanted)
    emitFolded(CText.simple(statement))
  }

  private mutating func nested(_ statements: [CStatement], from wanted: COrigin?) {
    depth += 1
    for statement in statements.drop(while: { $0 == .blank }) { write(statement, from: wanted) }
    depth -= 1
  }

  /// Whether a block needs no braces: one plain statement of one line.
  private func isPlain(_ statements: [CStatement]) -> Bool {
    guard statements.count == 1 else { return false }
    switch statements[0] {
    case .assign, .update, .expression, .return:
      return CText.simple(statements[0]).utf8.count <= 90 - depth * 8
    default: return false
    }
  }

  private mutating func branch(
    _ condition: CExpression, _ yes: [CStatement], _ no: [CStatement], from wanted: COrigin?
  ) {
    if no.isEmpty && isPlain(yes) {
      emitFolded("if (\(CText.expression(condition, above: 0)))")
      return nested(yes, from: wanted)
    }
    emitFolded("if (\(CText.expression(condition, above: 0))) {")
    nested(yes, from: wanted)
    if no.isEmpty { return emit("}") }
    if no.count == 1, case .branch(let next, let then, let otherwise) = no[0] {
      // `} else if (…) {` is one line.
      emitFolded("} else if (\(CText.expression(next, above: 0))) {")
      nested(then, from: wanted)
      if otherwise.isEmpty { return emit("}") }
      emit("} else {")
      nested(otherwise, from: wanted)
      return emit("}")
    }
    emit("} else {")
    nested(no, from: wanted)
    emit("}")
  }
}
