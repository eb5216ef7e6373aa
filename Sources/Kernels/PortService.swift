import CRuntimeBPF
import DataModel

/// The service of a pair of ports, by the code of the data path (`sal/service.h`).
public enum PortService {
  /// The service's code (``DataModel/Services``); nil where neither port has a name under the IP
  /// protocol.
  public static func code(protocol number: UInt8, _ a: UInt64, _ b: UInt64) -> UInt64? {
    guard number == ProtocolNames.tcp || number == ProtocolNames.udp else { return nil }
    let code = sal_service_of(number == ProtocolNames.udp ? 1 : 0, a, b)
    return code == UInt64.max ? nil : code
  }
}
