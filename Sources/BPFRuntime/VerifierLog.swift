/// What the kernel's verifier wrote about a program that it refused, with the source statement
/// that it had reached. Since Linux 6.9 a statement is written `; TEXT @ file:line`, before that
/// `; TEXT` alone (kernel/bpf/log.c, verbose_linfo).
public struct VerifierLog: Sendable, CustomStringConvertible {
  /// A statement that the verifier walked over.
  public struct Statement: Sendable, Hashable {
    /// The text of that line of that file; empty if its file was not at hand.
    public let text: String
    /// The base name from the `#line` in force; nil before Linux 6.9. clang 14 names the file in
    /// which the function began instead, while `line` is that of the `#line`.
    public let file: String?
    /// Counts from one; nil before Linux 6.9.
    public let line: Int?
  }

  /// The whole log.
  public let text: String
  /// The verifier's objection, as it words it.
  public let objection: String
  /// The statement that was being checked when it objected; nil without line information.
  public let statement: Statement?

  /// Reads a log as the kernel wrote it.
  public init(_ text: String) {
    self.text = text
    var statement: Statement?
    var objection = ""
    for line in text.split(separator: "\n") {
      if line.hasPrefix("; ") || line == ";" {
        statement = Self.statement(line.dropFirst(2))
      } else if Self.isRemark(line) {
        objection = String(line)
      }
    }
    self.statement = statement
    self.objection = objection
  }

  /// The objection and its statement, then the last lines of the log.
  public var description: String {
    var result = objection.isEmpty ? "(the verifier gave no reason)" : objection
    if let statement {
      let place = statement.file.map { "\($0):\(statement.line ?? 0): " } ?? ""
      result += "\n  at \(place)\(statement.text)"
    }
    let tail = text.split(separator: "\n").suffix(10)
    return result + tail.map { "\n  | \($0)" }.joined()
  }

  private static func statement(_ line: Substring) -> Statement {
    // The place is after the last " @ "; a statement may hold an @ of its own (in a string).
    guard let at = line.lastRange(of: " @ ") else {
      return Statement(text: String(line), file: nil, line: nil)
    }
    let place = line[at.upperBound...]
    guard let colon = place.lastIndex(of: ":"),
      let number = Int(place[place.index(after: colon)...])
    else { return Statement(text: String(line), file: nil, line: nil) }
    return Statement(
      text: String(line[..<at.lowerBound]), file: String(place[..<colon]), line: number)
  }

  /// Neither an instruction (`12: (61) r2 = …`), a state (`R0=…`, `from 3 to 5: …`), nor totals.
  private static func isRemark(_ line: Substring) -> Bool {
    if line.first?.isNumber == true { return false }
    if isState(line) { return false }
    let noise = [
      "processed ", "from ", "func#", "mark_precise", "arg#", "Func#", "verification time",
      "stack depth", "regs=", "parent ", "last_idx", "first_idx",
    ]
    return !noise.contains { line.hasPrefix($0) }
  }

  /// `R0=scalar() R1_w=ctx()`, but not `R1 type=ctx expected=fp`.
  private static func isState(_ line: Substring) -> Bool {
    guard line.first == "R", let equals = line.firstIndex(of: "=") else { return false }
    let register = line[..<equals].dropFirst()
    return register.first?.isNumber == true && !register.contains(" ")
  }
}

extension Substring {
  /// Where `pattern` last occurs.
  fileprivate func lastRange(of pattern: String) -> Range<Index>? {
    var end = endIndex
    while end > startIndex {
      end = index(before: end)
      if self[end...].hasPrefix(pattern) {
        return end..<index(end, offsetBy: pattern.count)
      }
    }
    return nil
  }
}
