/// A name that is safe to print as a C identifier, whatever it was made from.
public struct CIdentifier: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The text: a letter or underscore, then letters, digits and underscores; ASCII; no keyword.
  public let text: String

  /// A name that the compiler itself writes; it must be an identifier as it stands.
  public init(stringLiteral text: String) {
    precondition(
      Self.sanitized(text) == text, "'\(text)' is not an identifier of C that is free to use")
    self.text = text
  }

  /// Makes an identifier of any text: lower-case words joined by underscores, `ip_src` of `ip.src`
  /// and `source_ip` of `SourceIp`. Different texts can give the same identifier.
  public init(sanitizing text: String) {
    var words = ""
    var previousIsLower = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        if previousIsLower { words += "_" }
        words.unicodeScalars.append(Unicode.Scalar(byte + 32))
        previousIsLower = false
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        words.unicodeScalars.append(Unicode.Scalar(byte))
        previousIsLower = true
      default:
        words += "_"
        previousIsLower = false
      }
    }
    self.text = Self.sanitized(words)
  }

  /// The name with an ending.
  public func appending(_ ending: String) -> CIdentifier {
    CIdentifier(checked: Self.sanitized(text + ending))
  }

  private init(checked text: String) { self.text = text }

  private static func sanitized(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(scalar)
      case "0"..."9":
        if result.isEmpty { result += "_" }
        result.unicodeScalars.append(scalar)
      default: result += "_"
      }
    }
    if result.isEmpty { return "_" }
    return keywords.contains(result) ? result + "_" : result
  }

  /// C11's keywords in lower case, and what the GNU dialect adds (ISO/IEC 9899:2011 §6.4.1).
  private static let keywords: Set<String> = [
    "asm", "auto", "break", "case", "char", "const", "continue", "default", "do", "double",
    "else", "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
    "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef",
    "typeof", "union", "unsigned", "void", "volatile", "while",
  ]
}

extension CIdentifier: CustomStringConvertible {
  public var description: String { text }
}
