import DataModel
import Glibc
import Sinks
import TestSupport
import Testing

@Suite("The metrics' server") struct MetricsServerTests {
  private let schema = OutputSchema(
    name: "N",
    columns: [OutputColumn(name: "K", type: .signed), OutputColumn(name: "N", type: .signed)],
    isWindowed: true, keyCount: 1)

  private func put(_ rows: Int64, window: Int64 = 0, to sink: PrometheusSink) throws {
    let start = Sample.start + window * Sample.second
    for key in 0..<rows {
      try sink.row(
        Row(
          output: 0, start: start, end: start + Sample.second,
          values: [.integer(key), .integer(window)]))
    }
    try sink.flush()
  }

  @Test(
    arguments: [
      ("GET /metrics HTTP/1.0\r\n\r\n", "200 OK"),
      ("\r\nGET /metrics?x=1 HTTP/1.1\nConnection: Close\n\n", "200 OK"),
      ("GET http://localhost/metrics HTTP/1.0\r\n\r\n", "200 OK"),
      ("HEAD / HTTP/1.0\r\n\r\n", "200 OK"), ("GET /metric HTTP/1.0\r\n\r\n", "404 Not Found"),
      ("POST /metrics HTTP/1.0\r\n\r\n", "405 Method Not Allowed"),
      ("POST /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "413 Content Too Large"),
      ("GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "413 Content Too Large"),
      ("GET /metrics\r\n\r\n", "400 Bad Request"), ("GET / HTTP/3\r\n\r\n", "505 HTTP Version"),
      ("GET / HTTP/1.1\r\nno colon\r\n\r\n", "400 Bad Request"),
      ("GET / HTTP/1.1\r\na : b\r\n\r\n", "400 Bad Request"),
      ("GET /\(String(repeating: "x", count: 8192)) HTTP/1.1\r\n\r\n", "431 Request Header"),
      (String(repeating: "x", count: 8193), "431 Request Header"),
    ])
  func answers(to request: String, with status: String) throws {
    let sink = try PrometheusTests.sink([schema])
    let answer = WebClient.answer(sink.port, request)
    #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer.prefix(200))")
    if request.hasPrefix("HEAD") { #expect(answer.hasSuffix("\r\n\r\n")) }
    try sink.end(RunTotals())
  }

  @Test(
    arguments: [
      ("", false), ("*/*", false), ("text/plain;version=0.0.4", false),
      ("application/openmetrics-text", true),
      ("application/openmetrics-text;version=2.0.0", false),
      (
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1",
        true
      ), ("text/plain, application/openmetrics-text; q=0.5", false),
    ])
  func theScraperChoosesTheForm(accept: String, isOpen: Bool) throws {
    let sink = try PrometheusTests.sink([schema])
    let text = WebClient.metrics(sink.port, accept: accept)
    #expect(text.hasSuffix("# EOF\n") == isOpen && text.contains("salc_packets_total 0\n"))
    try sink.end(RunTotals())
  }

  @Test func oneConnectionTakesSeveralRequests() throws {
    let sink = try PrometheusTests.sink([schema])
    let client = WebClient(sink.port)
    let request = "GET /none HTTP/1.1\r\nHost: x\r\n\r\n"
    for byte in request.utf8 { client.send([byte]) }
    #expect(client.read(to: "/metrics\n").hasPrefix("HTTP/1.1 404"))
    client.send(request + request.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n"))
    #expect(client.read().split(separator: "HTTP/1.1 404").count == 2)
    try sink.end(RunTotals())
  }

  @Test func whoComesWhenAllPlacesAreTakenIsToldAndTheRunGoesOn() throws {
    let sink = try PrometheusTests.sink([schema])
    // A place is taken by who has had an answer on it, and keeps the connection.
    let idle = (0..<64).map { _ in
      let client = WebClient(sink.port)
      client.send("GET /none HTTP/1.1\r\n\r\n")
      _ = client.read(to: "/metrics\n")
      return client
    }
    #expect(WebClient(sink.port).read().hasPrefix("HTTP/1.1 503"))
    try put(10, to: sink)
    idle[7].send("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n")
    #expect(idle[7].read().contains("sal_n{k=\"9\"} 0\n"))
    try sink.end(RunTotals())
  }

  @Test func aScraperThatDoesNotReadHoldsUpNobodyAndHasReadNothing() throws {
    let sink = try PrometheusTests.sink([schema])
    // More than the sockets' buffers hold.
    try put(65_000, to: sink)
    let slow = (0..<4).map { _ in WebClient(sink.port) }
    for client in slow { client.send("GET /metrics HTTP/1.1\r\n\r\n") }
    for window in 1...3 as ClosedRange<Int64> { try put(65_000, window: window, to: sink) }
    #expect(sink.unreadRows == 3 * 65_000)
    #expect(WebClient.metrics(sink.port).contains("sal_n{k=\"64999\"} 3\n"))
    try sink.end(RunTotals())
    #expect(sink.unreadRows == 3 * 65_000, "the last window was read")
    #expect(!slow[0].read().contains("# EOF"))
  }

  @Test func whateverComesTheServerAnswersTheNext() throws {
    let sink = try PrometheusTests.sink([schema])
    var random = RandomSource(seed: 12)
    let model = Array(
      "GET /metrics HTTP/1.1\r\nAccept: text/plain;q=0.5,*/*\r\nContent-Length: 0\r\n\r\n".utf8)
    for _ in 0..<300 {
      var bytes = model
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1 where bytes.count > 1: bytes.remove(at: place)
        default: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
        }
      }
      WebClient(sink.port).send(bytes)
    }
    #expect(WebClient.metrics(sink.port).contains("salc_packets_total 0\n"))
    try sink.end(RunTotals())
  }
}
