/// A type of the emitted C; only those that the data path needs.
public indirect enum CType: Sendable, Hashable {
  case void
  case int
  case u8, u16, u32, u64, s64
  case structure(CIdentifier)
  case pointer(CType)
  case constant(CType)
}

/// A binary operator of C with the meaning that C gives it.
public enum CBinaryOperator: String, Sendable, Hashable {
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case add = "+"
  case subtract = "-"
  case shiftLeft = "<<"
  case shiftRight = ">>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case equal = "=="
  case notEqual = "!="
  case bitAnd = "&"
  case bitXor = "^"
  case bitOr = "|"
  case logicalAnd = "&&"
  case logicalOr = "||"
}

/// A prefix operator of C.
public enum CUnaryOperator: String, Sendable, Hashable {
  case complement = "~"
  case negate = "-"
  case not = "!"
  case address = "&"
  case dereference = "*"
}

/// An expression of the emitted C.
public indirect enum CExpression: Sendable, Hashable {
  case name(CIdentifier)
  /// A non-negative constant of the smallest type that holds it; `ULL` above 31 bits.
  case integer(UInt64)
  /// The same in hexadecimal digits.
  case hex(UInt64)
  case unary(CUnaryOperator, CExpression)
  case binary(CBinaryOperator, CExpression, CExpression)
  case cast(CType, CExpression)
  /// A call of a function or a macro.
  case call(CIdentifier, [CExpression])
  /// `base.name`
  case member(CExpression, CIdentifier)
  /// `base->name`
  case arrow(CExpression, CIdentifier)
  case index(CExpression, CExpression)
  case sizeOf(CType)
  /// `__builtin_offsetof(type, member)`; the member may lie in a member.
  case offsetOf(CType, CExpression)
  /// `{a, b}`, as an initialiser.
  case list([CExpression])
}

/// A place in a text that C statements come from.
public struct COrigin: Sendable, Hashable {
  /// The text's name, as `#line` has it.
  public var file: String
  /// The line, from 1.
  public var line: Int

  /// Creates an origin.
  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }
}

/// A statement of the emitted C.
public indirect enum CStatement: Sendable, Hashable {
  /// A comment on its own lines; any text is safe.
  case comment(String)
  case blank
  /// `type name = value;`, or without a value.
  case declare(CType, CIdentifier, CExpression?)
  /// `type name, name;`
  case declareAll(CType, [CIdentifier])
  /// `type name[count] = value;`, or without a value.
  case declareArray(CType, CIdentifier, count: Int, CExpression?)
  /// `target = value;`
  case assign(CExpression, CExpression)
  /// `target op= value;`
  case update(CExpression, CBinaryOperator, CExpression)
  case expression(CExpression)
  /// `if (condition) { … } else { … }`; no `else` where the second block is empty.
  case branch(CExpression, [CStatement], [CStatement])
  case block([CStatement])
  case `return`(CExpression?)
  /// Statements that come from a line of the query: each stands behind a `#line` that says so.
  case from(COrigin, [CStatement])
}

/// A member of a structure.
public struct CMember: Sendable, Hashable {
  /// Its type.
  public var type: CType
  /// Its name.
  public var name: CIdentifier
  /// The dimensions of an array, outermost first; empty for a plain member.
  public var counts: [Int]
  /// What it is, for a comment behind it; empty for none.
  public var note: String

  /// Creates a member.
  public init(_ type: CType, _ name: CIdentifier, counts: [Int] = [], note: String = "") {
    self.type = type
    self.name = name
    self.counts = counts
    self.note = note
  }
}

/// A parameter of a function.
public struct CParameter: Sendable, Hashable {
  /// Its type.
  public var type: CType
  /// Its name.
  public var name: CIdentifier

  /// Creates a parameter.
  public init(_ type: CType, _ name: CIdentifier) {
    self.type = type
    self.name = name
  }
}

/// A declaration at file scope.
public enum CDeclaration: Sendable, Hashable {
  case comment(String)
  case blank
  /// `#include <name>`; the name is one that the compiler writes.
  case include(String)
  case structure(CIdentifier, [CMember])
  /// A macro that declares things: its name, its arguments, and whether `;` ends it.
  case invocation(CIdentifier, [CExpression], terminated: Bool)
  /// `prefix type name[count];` in `.bss` unless it has an initialiser.
  case variable(prefix: String, CType, CIdentifier, counts: [Int], CExpression?)
  /// `_Static_assert(condition, "reason");`
  case staticAssert(CExpression, reason: String)
  /// `prefix type name(parameters) { … }`; the prefix is storage and attribute macros.
  case function(prefix: String, CType, CIdentifier, [CParameter], [CStatement])
}

/// A translation unit.
public struct CFile: Sendable, Hashable {
  /// The name of the file, to which `#line` returns.
  public var name: String
  /// The declarations in order.
  public var declarations: [CDeclaration]

  /// Creates a file.
  public init(name: String, declarations: [CDeclaration]) {
    self.name = name
    self.declarations = declarations
  }
}
