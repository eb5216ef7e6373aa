import CRuntimeBPF
import DataModel
import Testing

@testable import Capture

@Suite("Payloads")
struct PayloadTests {
  @Test("the compiler and the data path search the same number of bytes")
  func limits() {
    #expect(PayloadSearch.limit == Int(SAL_PAYLOAD_LIMIT))
    #expect(PayloadSearch.needleLimit == Int(SAL_NEEDLE_LIMIT))
    #expect(PacketBytes.limit == Int(SAL_PAYLOAD_COPY) && PacketBytes.limit % 8 == 0)
    #expect(PayloadSearch.limit + PayloadSearch.needleLimit == Int(SAL_PAYLOAD_BUFFER))
  }

  @Test("the data path knows each service by its port")
  func services() {
    #expect(Services.names.count < 1 << Services.codeBits)
    var codes = [[Int: Int]](repeating: [:], count: 2)
    for row in Services.rows {
      for udp in 0...1 where udp == 1 ? row.isUDP : row.isTCP {
        #expect(codes[udp][Int(row.port)] == nil, "\(row) is the second name of its port")
        codes[udp][Int(row.port)] = Services.code(row.name)
      }
    }
    var wrong: [Int] = []
    for udp in 0...1 {
      for port in 0...65_535 {
        let code = sal_service_code(UInt64(udp), UInt64(port))
        if Int(code) != codes[udp][port] ?? 0 { wrong.append(port) }
      }
    }
    #expect(wrong.isEmpty)
  }

  @Test("of two ports the lower one that has a name gives it")
  func lowerPort() throws {
    let (http, ssh) = (try #require(Services.code("http")), try #require(Services.code("ssh")))
    #expect(sal_service_of(0, 80, 22) == UInt64(ssh))
    #expect(sal_service_of(0, 22, 80) == UInt64(ssh))
    #expect(sal_service_of(0, 80, 3) == UInt64(http))
    #expect(sal_service_of(0, 40_000, 80) == UInt64(http))
    #expect(sal_service_of(1, 40_000, 40_001) == .max)
  }
}
