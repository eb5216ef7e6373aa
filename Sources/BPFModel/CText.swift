/// Text of the parts of C that stand within a line.
enum CText {
  // MARK: expressions

  /// The text of an expression; in parentheses where it binds weaker than `above`, or where GCC's
  /// -Wparentheses would ask for them.
  static func expression(_ expression: CExpression, above: Int) -> String {
    switch expression {
    case .name(let name): return name.text
    case .integer(let value): return "\(value)" + suffix(value)
    case .hex(let value) where value < 10: return "\(value)"
    case .hex(let value): return "0x" + String(value, radix: 16) + suffix(value)
    case .unary(let op, let operand):
      let inner = self.expression(operand, above: unaryPrecedence)
      // `- -x` and `&&x` must not grow together.
      let separator = inner.hasPrefix(op.rawValue) ? " " : ""
      return parenthesized(op.rawValue + separator + inner, unaryPrecedence, above)
    case .binary(let op, let left, let right):
      let own = precedence(op)
      let text =
        operand(left, of: op, above: own) + " \(op.rawValue) "
        + operand(right, of: op, above: own + 1)
      return parenthesized(text, own, above)
    case .cast(let type, let operand):
      let inner = self.expression(operand, above: unaryPrecedence)
      return parenthesized("(\(name(type)))\(inner)", unaryPrecedence, above)
    case .call(let name, let arguments): return "\(name)(\(list(arguments)))"
    case .member(let base, let name): return "\(postfix(base)).\(name)"
    case .arrow(let base, let name): return "\(postfix(base))->\(name)"
    case .index(let base, let index):
      return "\(postfix(base))[\(self.expression(index, above: 0))]"
    case .sizeOf(let type): return "sizeof(\(name(type)))"
    case .offsetOf(let type, let member):
      return "__builtin_offsetof(\(name(type)), \(self.expression(member, above: 0)))"
    case .list(let parts): return "{" + list(parts) + "}"
    }
  }

  static func list(_ expressions: [CExpression]) -> String {
    expressions.map { expression($0, above: 0) }.joined(separator: ", ")
  }

  private static let unaryPrecedence = 20

  private static func postfix(_ base: CExpression) -> String { expression(base, above: 21) }

  private static func suffix(_ value: UInt64) -> String { value > 0x7fff_ffff ? "ULL" : "" }

  private static func parenthesized(_ text: String, _ own: Int, _ above: Int) -> String {
    own < above ? "(\(text))" : text
  }

  /// Mixed bit operators, and shifts beside arithmetic, are parenthesised as compilers ask.
  private static func operand(
    _ expression: CExpression, of op: CBinaryOperator, above: Int
  ) -> String {
    if case .binary(let inner, _, _) = expression, inner != op, isDelicate(op) {
      return self.expression(expression, above: unaryPrecedence)
    }
    return self.expression(expression, above: above)
  }

  private static func isDelicate(_ op: CBinaryOperator) -> Bool {
    switch op {
    case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight, .logicalOr: true
    default: false
    }
  }

  private static func precedence(_ op: CBinaryOperator) -> Int {
    switch op {
    case .multiply, .divide, .remainder: 10
    case .add, .subtract: 9
    case .shiftLeft, .shiftRight: 8
    case .less, .lessOrEqual, .greater, .greaterOrEqual: 7
    case .equal, .notEqual: 6
    case .bitAnd: 5
    case .bitXor: 4
    case .bitOr: 3
    case .logicalAnd: 2
    case .logicalOr: 1
    }
  }

  // MARK: types and statements

  static func name(_ type: CType) -> String {
    switch type {
    case .void: "void"
    case .int: "int"
    case .u8: "__u8"
    case .u16: "__u16"
    case .u32: "__u32"
    case .u64: "__u64"
    case .s64: "__s64"
    case .structure(let name): "struct \(name)"
    case .constant(let type): "const " + name(type)
    case .pointer(let target):
      if case .pointer = target { name(target) + "*" } else { name(target) + " *" }
    }
  }

  static func declarator(_ type: CType, _ identifier: CIdentifier, _ counts: [Int]) -> String {
    let array = counts.map { "[\($0)]" }.joined()
    if case .pointer = type { return "\(name(type))\(identifier)\(array)" }
    return "\(name(type)) \(identifier)\(array)"
  }

  /// A statement of one logical line.
  static func simple(_ statement: CStatement) -> String {
    switch statement {
    case .declare(let type, let name, let value):
      return declarator(type, name, []) + (value.map { " = " + expression($0, above: 0) } ?? "")
        + ";"
    case .declareAll(let type, let names):
      return "\(name(type)) " + names.map(\.text).joined(separator: ", ") + ";"
    case .declareArray(let type, let name, let count, let value):
      return declarator(type, name, [count])
        + (value.map { " = " + expression($0, above: 0) } ?? "") + ";"
    case .assign(let target, let value):
      return "\(expression(target, above: 0)) = \(expression(value, above: 0));"
    case .update(let target, let op, let value):
      return "\(expression(target, above: 0)) \(op.rawValue)= \(expression(value, above: 0));"
    case .expression(let value): return expression(value, above: 0) + ";"
    case .return(let value): return value.map { "return \(expression($0, above: 0));" } ?? "return;"
    case .comment, .blank, .branch, .block, .from:
      preconditionFailure("the printer lays out statements of several lines itself")
    }
  }

  // MARK: text from outside

  /// The inside of a string literal that means exactly this text; also safe in `#line`.
  static func escaped(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"), UInt8(ascii: "\""):
        result += "\\"
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "?"): result += "\\077"  // No trigraph can arise.
      case 0x20...0x7E: result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let octal = String(byte, radix: 8)
        result += "\\" + String(repeating: "0", count: 3 - octal.utf8.count) + octal
      }
    }
    return result
  }

  /// The text in lines that cannot end a comment, be a trigraph or continue a line.
  static func commentLines(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        let safe = commentSafe(word)
        if !line.isEmpty && line.utf8.count + 1 + safe.utf8.count > width {
          lines.append(line)
          line = ""
        }
        line += line.isEmpty ? safe : " " + safe
      }
      lines.append(line)
    }
    return lines
  }

  private static func commentSafe(_ word: Substring) -> String {
    var result = ""
    var previous: UInt8 = 0
    for byte in word.utf8.prefix(80) {
      let isSafe = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\\")
      let ends =
        (previous == UInt8(ascii: "*") && byte == UInt8(ascii: "/"))
        || (previous == UInt8(ascii: "/") && byte == UInt8(ascii: "*"))
        || (previous == UInt8(ascii: "?") && byte == UInt8(ascii: "?"))
      if ends { result += " " }
      result.unicodeScalars.append(isSafe ? Unicode.Scalar(byte) : "?")
      previous = isSafe ? byte : UInt8(ascii: "?")
    }
    if word.utf8.count > 80 { result += "..." }
    return result
  }

  /// Breaks a logical line at spaces outside string literals, so that no part is wider.
  static func folded(_ text: String, width: Int) -> [String] {
    guard text.utf8.count > width else { return [text] }
    var parts: [String] = []
    var line = ""
    for piece in pieces(text) {
      if !line.isEmpty && line.utf8.count + 1 + piece.utf8.count > width {
        parts.append(line)
        line = ""
      }
      line += line.isEmpty ? piece : " " + piece
    }
    if !line.isEmpty { parts.append(line) }
    return parts
  }

  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var piece = ""
    var isQuoted = false
    var isEscaped = false
    for character in text {
      if character == " " && !isQuoted {
        pieces.append(piece)
        piece = ""
        continue
      }
      if character == "\"" && !isEscaped { isQuoted.toggle() }
      isEscaped = character == "\\" && !isEscaped
      piece.append(character)
    }
    pieces.append(piece)
    return pieces
  }
}
