import Capture
import DataModel
import Glibc
import TestSupport
import Testing

/// Tables of `VertexInfo` say of an address what its longest network says.
@Suite("Tables of vertices")
struct VertexFileTests {
  private func read(_ bytes: [UInt8], _ attributes: [String]) throws -> any VertexAttributes {
    let path = "/tmp/salc-vertices-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    #expect(FileBytes.write(bytes, to: path))
    defer { unlink(path) }
    return try VertexFile.read(path, attributes: attributes)
  }

  private func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> IPAddress {
    IPAddress(v4: a << 24 | b << 16 | c << 8 | d)
  }

  @Test("CSV: quotes, networks in networks, IPv6, texts, nothing said")
  func csv() throws {
    let table = try read(
      Array(
        """
        net,domain,rank\r
        10.0.0.0/8,"a ""b"", c",7\r
        10.1.0.0/16,inner,
        2001:db8::/32,six,1
        http,web,80

        """.utf8), ["domain"])
    func domain(_ address: IPAddress) -> VertexAttribute? {
      table.attribute("domain", of: .address(address))
    }
    #expect(domain(v4(10, 9, 9, 9)) == .text("a \"b\", c"))
    #expect(domain(v4(10, 1, 9, 9)) == .text("inner"))
    #expect(table.attribute("rank", of: .address(v4(10, 1, 9, 9))) == nil)
    #expect(domain(v4(11, 1, 9, 9)) == nil)
    #expect(domain(IPAddress(v6High: 0x2001_0db8_0000_0001, low: 5)) == .text("six"))
    #expect(table.attribute("rank", of: .text("http"))?.number == 80)
  }

  @Test("NDJSON: inner objects, escapes, numbers")
  func json() throws {
    let table = try read(
      Array(
        """
        {"ip": "10.0.0.0/8", "geo": {"country": "C\\u0048", "lat": 47.5}, "tags": [1, {"x": 2}]}

        {"ip":"::1","geo":{"country":null},"ok":true}
        """.utf8), ["geo.country"])
    #expect(table.attribute("geo.country", of: .address(v4(10, 0, 0, 1))) == .text("CH"))
    #expect(table.attribute("geo.lat", of: .address(v4(10, 0, 0, 1))) == .number(47.5))
    let one = Value.address(IPAddress(v6High: 0, low: 1))
    #expect(table.attribute("geo.country", of: one) == nil)
    #expect(table.attribute("ok", of: one) == .text("true"))
  }

  @Test(
    "escapes of JSON: what they stand for",
    arguments: [
      (#"\ud83d\ude00 \/\\\"\t"#, "😀 /\\\"\t"), (#"\u00e9\u20AC\b\f"#, "é€\u{8}\u{c}"),
      // Half a character is none, and what stands behind it is itself.
      (#"\ud83d"#, "\u{FFFD}"), (#"\ud83d\u0041"#, "\u{FFFD}A"), (#"\ude00!"#, "\u{FFFD}!"),
      // A text is never cut.
      (#"\n"# + String(repeating: "x", count: 9000), "\n" + String(repeating: "x", count: 9000)),
    ])
  func escapes(written: String, text: String) throws {
    let line = #"{"ip":"10.0.0.1","a":"\#(written)"}"# + "\n" + #"{"ip":1e300,"a":1}"#
    let table = try read(Array(line.utf8), ["a"])
    #expect(table.attribute("a", of: .address(v4(10, 0, 0, 1))) == .text(text))
    #expect(table.attribute("a", of: .text("1e+300")) == .number(1))
  }

  @Test(
    "what is no table is refused",
    arguments: [
      "", "x", "10.0.0.1,a\n", "ip,a\n1.2.3.4\n", "{\"a\":1}\n{", "ip,b\n1.2.3.4,5\n",
      #"{"ip":"10.0.0.1","a":"\u+041"}"#, #"{"ip":"10.0.0.1","a":yes}"#,
    ])
  func refused(text: String) {
    #expect(throws: CaptureError.self) { _ = try read(Array(text.utf8), ["a"]) }
  }

  @Test("MaxMind's DB in its three widths", arguments: [24, 28, 32])
  func maxMind(bits: Int) throws {
    var random = RandomSource(seed: UInt64(bits))
    var writer = MaxMindWriter(recordBits: bits)
    var networks: [IPPrefix] = []
    for length in [8, 12, 16, 20, 24, 32] {
      for _ in 0..<12 {
        let address = IPAddress(v4: UInt32(random.number(0...255)) << 24 | random.next32())
        let network = IPPrefix(address, bits: length)
        guard !networks.contains(network) else { continue }
        networks.append(network)
        writer.add(
          network,
          [
            ("name", "\(network)"), ("rank", length), ("part", length == 8),
            ("geo", [("lat", 1.5)] as [(String, Any)]),
          ])
      }
    }
    writer.add(
      IPPrefix(IPAddress(v6High: 0x2001_0db8_0000_0000, low: 0), bits: 32), [("name", "6")])
    let bytes = writer.bytes
    let database = try read(bytes, ["name"])
    var hits = 0
    for _ in 0..<2000 {
      let near = random.choice(networks).address
      let address = IPAddress(
        v4: UInt32(near.low) ^ random.next32() >> UInt32(random.number(8...31)))
      let best = networks.filter { $0.contains(address) }.max { $0.bits < $1.bits }
      let found = database.attribute("name", of: .address(address))
      #expect(found == best.map { .text("\($0)") })
      guard let best else { continue }
      hits += 1
      #expect(database.attribute("rank", of: .address(address)) == .number(Double(best.bits)))
      #expect(database.attribute("geo.lat", of: .address(address)) == .number(1.5))
      #expect(database.attribute("part", of: .address(address)) == .text("\(best.bits == 8)"))
    }
    #expect(hits > 500)
    let six = Value.address(IPAddress(v6High: 0x2001_0db8_0001_0000, low: 9))
    #expect(database.attribute("name", of: six) == .text("6"))
    hurt(bytes, networks, &random)
  }

  /// Damaged bytes say less, or nothing, and never end the process.
  private func hurt(_ bytes: [UInt8], _ networks: [IPPrefix], _ random: inout RandomSource) {
    for _ in 0..<150 {
      var damaged = bytes
      for _ in 0..<random.number(1...20) {
        damaged[random.number(0...bytes.count - 1)] = UInt8(random.number(0...255))
      }
      if random.once(in: 4) { damaged.removeLast(random.number(1...bytes.count - 1)) }
      guard let database = try? read(damaged, ["name"]) else { continue }
      for network in networks.prefix(20) {
        for name in ["name", "rank", "geo.lat", "none.at.all"] {
          _ = database.attribute(name, of: .address(network.address))
        }
      }
    }
  }
}

extension RandomSource {
  fileprivate mutating func next32() -> UInt32 { UInt32(truncatingIfNeeded: next()) }
}
