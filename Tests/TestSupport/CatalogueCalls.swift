import Operators

/// Calls of the catalogue's operators as query text, made of their parameters alone: a new operator
/// is in every test of laws and sizes by its line in the catalogue.
public struct CatalogueCall: Sendable, CustomStringConvertible {
  /// Which end of the parameters' ranges the arguments are.
  public enum Size: String, Sendable, CaseIterable { case smallest, largest }

  /// The operator's name.
  public let name: String
  /// The call, with its accuracy.
  public let text: String

  public var description: String { text }

  /// The call of each operator that a query may have, at this size: plain, and with the accuracy of
  /// that end where the operator takes one.
  public static func all(_ size: Size, window: String = "WINDOW 1s") -> [CatalogueCall] {
    OperatorCatalogue.all.flatMap { operation in
      let call = operation.name + "(" + arguments(operation, size).joined(separator: ", ") + ")"
      return ["", accuracy(size)].map { CatalogueCall(name: operation.name, text: call + $0) }
        .filter { (try? Query.plan($0.keyed(window: window))) != nil }
    }
  }

  /// A query of the call for each source.
  public func keyed(window: String = "WINDOW 1s") -> String {
    """
    P = PacketStream("eth0");
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE \(text) \(window);
    OUTPUT K (F);
    """
  }

  /// A query of the call over all packets.
  public func global(window: String = "WINDOW 1s") -> String {
    """
    P = PacketStream("eth0");
    F = FOREACH P GENERATE \(text) \(window);
    OUTPUT F;
    """
  }

  private static func accuracy(_ size: Size) -> String {
    switch size {
    case .smallest: " WITHIN 20% CONFIDENCE 80%"
    case .largest: " WITHIN 0.5% CONFIDENCE 99%"
    }
  }

  private static func arguments(_ operation: any StreamOperator, _ size: Size) -> [String] {
    operation.parameters.filter { size == .largest || !$0.isOptional }.map { parameter in
      let isLargest = size == .largest
      switch parameter.kind {
      case .expression: return isLargest ? "tcp.seq" : "ip.ttl"
      case .values: return isLargest ? "tcp.seq" : "ip.ttl"
      case .fields: return isLargest ? "{DestIp, DestPort, IpProtocol}" : "DestPort"
      case .integer(let range): return "\(isLargest ? range.upperBound : range.lowerBound)"
      case .share: return isLargest ? "1" : "0.01"
      case .choice(let words): return (isLargest ? words.last : words.first) ?? ""
      }
    }
  }
}
