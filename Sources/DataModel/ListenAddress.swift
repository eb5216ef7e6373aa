/// An address that a server listens on, as `:9435`, `9435`, `127.0.0.1:9435` or `[::1]:9435`.
public struct ListenAddress: Hashable, Sendable {
  /// The host's address as text, IPv6 without brackets; the loopback where none was given, so that
  /// nothing is served to a network that was not named.
  public let host: String
  /// The port; 0 lets the system choose one.
  public let port: UInt16

  /// Reads an address; nil where the text is none.
  ///
  /// Digits are checked here and the host's form when it is bound: no name is ever looked up.
  public init?(_ text: String) {
    let colon = text.lastIndex(of: ":")
    let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let port = UInt16(digits)
    else { return nil }
    var host = colon.map { text[..<$0] } ?? ""
    if host.hasPrefix("["), host.hasSuffix("]"), host.contains(":") {
      host = host.dropFirst().dropLast()
    } else if host.contains(where: { $0 == ":" || $0 == "[" || $0 == "]" }) {
      return nil
    }
    guard host == "localhost" || host.allSatisfy({ $0 == "." || $0 == ":" || $0.isHexDigit })
    else { return nil }
    self.host = host.isEmpty || host == "localhost" ? "127.0.0.1" : String(host)
    self.port = port
  }
}

extension ListenAddress: CustomStringConvertible {
  /// `127.0.0.1:9435`, `[::1]:9435`.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
