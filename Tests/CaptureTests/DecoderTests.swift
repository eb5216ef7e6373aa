import CRuntimeBPF
import DataModel
import TestSupport
import Testing

@testable import Capture

/// What a field of one frame is, the plain way: the parser's answer and the field table's row, one
/// frame and one field at a time.
func plainValue(_ id: FieldID, of frame: CopiedFrame) -> Value {
  var layers = sal_layers()
  let readable = frame.bytes + [0]
  sal_parse(
    readable, UInt32(frame.bytes.count), UInt32(frame.flags.rawValue), &layers)
  func has(_ layer: Layer) -> Bool { layers.present >> UInt32(layer.rawValue) & 1 == 1 }
  switch id.field.location {
  case .record, .derived: return .missing
  case .wireLength: return .integer(Int64(frame.wireLength))
  case .capturedLength:
    // Of raw IP, whose frames are shown under a header that the capture does not have.
    return .integer(Int64(frame.bytes.count - (frame.flags.isEmpty ? 0 : 14)))
  case .time: return .time(frame.time)
  case .presence(let layer): return .bool(has(layer))
  case .transportProtocol:
    return layers.protocol == UInt16(SAL_PROTOCOL_NONE)
      ? .missing : .integer(Int64(layers.protocol))
  case .service, .payloadLength, .payloadContains, .bytes:
    return readable.withUnsafeBufferPointer { bytes in
      var view = sal_frame(bytes: bytes.baseAddress, length: UInt32(frame.bytes.count))
      return computedValue(id, &view, &layers)
    }
  case .extensionCount:
    return has(.ipv6) ? .integer(Int64(layers.extensions)) : .missing
  case .slices(let slices):
    for slice in slices where has(slice.layer) {
      let start = Int(sal_offset(&layers, UInt32(slice.layer.rawValue))) + slice.byteOffset
      guard start + slice.byteWidth <= frame.bytes.count else { continue }
      let bytes = frame.bytes[start..<(start + slice.byteWidth)]
      return plainValue(Array(bytes), slice, id.field.type)
    }
    return .missing
  }
}

private func computedValue(
  _ id: FieldID, _ frame: inout sal_frame, _ layers: inout sal_layers
) -> Value {
  switch id.field.location {
  case .service:
    let code = sal_service(&frame, &layers)
    return code == .max ? .missing : .text(Services.name(Int(code)))
  case .payloadLength(let isUDPToo):
    let length = sal_payload_length(sal_payload(&frame, &layers, isUDPToo ? 1 : 0))
    return length == .max ? .missing : .integer(Int64(length))
  default: preconditionFailure("\(id) is no computed field of the table")
  }
}

private func plainValue(_ bytes: [UInt8], _ slice: HeaderSlice, _ type: ScalarType) -> Value {
  func number(_ part: some Sequence<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
  if bytes.count == 16 {
    return .address(IPAddress(v6High: number(bytes[..<8]), low: number(bytes[8...])))
  }
  let mask = UInt64.max >> UInt64(64 - slice.bits)
  let value =
    Int64((number(bytes) >> UInt64(slice.shift)) & mask) * Int64(slice.scale)
    + Int64(slice.addend)
  switch type {
  case .bool: return .bool(value != 0)
  case .ip, .ipv4: return .address(IPAddress(v4: UInt32(value)))
  case .mac: return .mac(UInt64(value))
  default: return .integer(value)
  }
}

extension TupleBatch {
  /// The value of a column in a row.
  func value(_ column: Int, _ row: Int) -> Value {
    let cells = columns[column]
    let validity = cells.validity[row]
    let type = fields[column].field.type
    let lanes = (cells.lane0[row], type.laneCount == 2 ? cells.lane1[row] : 0)
    if validity == 0 {
      #expect(lanes == (0, 0), "a missing value has zero lanes")
      return .missing
    }
    if type == .ip { #expect(validity == 4 || validity == 6) } else { #expect(validity == 1) }
    return Value(lanes: lanes, type: type, isV6: validity == 6)
  }
}

/// Tuples of every field of all frames of a capture, one array a frame.
func decodeAll(_ capture: CaptureFile, pieces: Int = .max) throws -> [[Value]] {
  let fields = PacketFields.all.indices.map { FieldID(index: $0) }
  var decoder = PacketDecoder(fields: fields)
  var batch = FrameBatch()
  let tuples = TupleBatch(fields: fields)
  var result: [[Value]] = []
  while try capture.nextBatch(into: &batch) {
    var row = 0
    while row < batch.count {
      let end = pieces == .max ? batch.count : min(batch.count, row + pieces)
      decoder.decode(batch, rows: row..<end, into: tuples)
      #expect(tuples.count == end - row && tuples.selected == tuples.count)
      for tuple in 0..<tuples.count {
        #expect(tuples.orders[tuple] == UInt64(result.count))
        #expect(tuples.times[tuple] == batch.times[row + tuple])
        #expect(tuples.selection[tuple] == UInt16(tuple))
        result.append(fields.indices.map { tuples.value($0, tuple) })
      }
      row = end
    }
  }
  let outcomes = decoder.outcomes
  #expect(outcomes.packets == UInt64(result.count))
  #expect(
    outcomes.ok + outcomes.truncated + outcomes.malformed + outcomes.limited == outcomes.packets)
  return result
}

@Suite("Packet decoder")
struct DecoderTests {
  private static let fields = PacketFields.all.indices.map { FieldID(index: $0) }

  private func check(_ frames: [CopiedFrame], link: UInt32 = 1, pieces: Int = .max) throws {
    let file = classicPcap(frames, PcapEncoder(linkType: link, snapLength: .max))
    let capture = try CaptureFile(bytes: file)
    let shown = read(file).frames
    let decoded = try decodeAll(capture, pieces: pieces)
    #expect(decoded.count == frames.count)
    for (values, frame) in zip(decoded, shown) {
      for (id, value) in zip(Self.fields, values) {
        #expect(value == plainValue(id, of: frame), "\(id) of \(frame.bytes)")
      }
    }
  }

  /// Ethernet, perhaps a tag, IPv4 or IPv6, TCP or UDP, perhaps cut; bytes behind are random.
  private func randomFrame(_ generator: inout RandomSource, isIPv4Only: Bool) -> CopiedFrame {
    var bytes = (0..<12).map { _ in UInt8.random(in: 0...255, using: &generator) }
    if Int.random(in: 0..<4, using: &generator) == 0 { bytes += [0x81, 0, 0x20, 7] }
    let proto: UInt8 = [6, 17, 1, 58, 47].randomElement(using: &generator)!
    switch isIPv4Only ? 0 : Int.random(in: 0..<4, using: &generator) {
    case 0, 1:
      bytes += [8, 0, 0x45, 0, 0, 40, 1, 2, 0, 0, 64, proto]
    case 2:
      bytes += [0x86, 0xDD, 0x60, 1, 2, 3, 0, 20, proto, 63]
    default:
      bytes += [8, 6, 0, 1, 8, 0, 6, 4, 0, 1]
    }
    let tail = Int.random(in: 0..<80, using: &generator)
    bytes += (0..<tail).map { _ in UInt8.random(in: 0...255, using: &generator) }
    if Int.random(in: 0..<8, using: &generator) == 0 {
      bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
    }
    return CopiedFrame(
      bytes: bytes, wireLength: UInt32(bytes.count) + 4,
      time: Int64(UInt32.random(in: 0...9, using: &generator)))
  }

  @Test("every field of random frames is what the table says", arguments: [false, true])
  func randomFrames(isIPv4Only: Bool) throws {
    var generator = RandomSource(seed: isIPv4Only ? 4 : 6)
    let frames = (0..<1500).map { _ in randomFrame(&generator, isIPv4Only: isIPv4Only) }
    try check(frames)
    try check(Array(frames[..<300]), pieces: 7)
    try check(Array(frames[..<40]), pieces: 1)
  }

  @Test("frames cut at every length lose fields one by one, and never invent one")
  func everyLength() throws {
    var generator = RandomSource(seed: 9)
    let frames = (0..<6).flatMap { _ in
      let whole = randomFrame(&generator, isIPv4Only: false)
      return (0...whole.bytes.count).map { length in
        CopiedFrame(bytes: Array(whole.bytes[..<length]), wireLength: 99, time: 1)
      }
    }
    try check(frames)
  }

  @Test("frames without Ethernet have no eth fields and the rest as ever")
  func noLinkHeader() throws {
    let syn: [UInt8] = [
      0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7,
      0x30, 0x39, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 4, 0, 0, 0, 0, 0,
    ]
    let frame = CopiedFrame(bytes: syn, wireLength: 40, time: 3)
    try check([frame, frame], link: 101)
    let file = classicPcap([frame], PcapEncoder(linkType: 101))
    let capture = try CaptureFile(bytes: file)
    let values = try #require(try decodeAll(capture).first)
    func value(_ name: String) throws -> Value {
      values[try #require(PacketFields.named(name)).index]
    }
    #expect(try value("eth") == .bool(false))
    #expect(try value("eth.src") == .missing)
    #expect(try value("frame.len") == .integer(40))
    #expect(try value("SourceIp") == .address(IPAddress(v4: 0xC000_0201)))
    #expect(try value("DestPort") == .integer(80))
    #expect(try value("tcp.flags.syn") == .bool(true))
    #expect(try value("tcp.flags.ack") == .bool(false))
    #expect(try value("udp.srcport") == .missing)
  }
}
