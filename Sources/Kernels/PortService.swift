import CRuntimeBPF

/// The service of a pair of ports, by the code of the data path (`sal/service.h`).
public enum PortService {
  /// The service's code (``DataModel/Services``); nil where neither port has a name.
  public static func code(isUDP: Bool, _ a: UInt16, _ b: UInt16) -> UInt64? {
    let code = sal_service_of(isUDP ? 1 : 0, UInt64(a), UInt64(b))
    return code == UInt64.max ? nil : code
  }
}
