import CLibBPF
import Glibc

/// A record of the ring as the data path writes it: `struct sal_batch`, then `count` records of
/// one size, known by the stream.
public struct RingBatch {
  /// Which table or tuple stream the records are of.
  public let stream: UInt32
  /// How many records follow.
  public let count: Int
  /// The CPU that wrote them.
  public let cpu: Int
  /// The epoch that they belong to.
  public let epoch: Int
  /// The records, 8-byte aligned; valid during the callback only.
  public let records: UnsafeRawBufferPointer

  /// `sizeof(struct sal_batch)`.
  public static let headerBytes = 16

  /// Reads the header; nil if the record is shorter than one.
  public init?(_ record: UnsafeRawBufferPointer) {
    guard record.count >= Self.headerBytes else { return nil }
    stream = record.load(fromByteOffset: 0, as: UInt32.self)
    count = Int(record.load(fromByteOffset: 4, as: UInt32.self))
    cpu = Int(record.load(fromByteOffset: 8, as: UInt32.self))
    epoch = Int(record.load(fromByteOffset: 12, as: UInt32.self))
    records = UnsafeRawBufferPointer(rebasing: record[Self.headerBytes...])
  }
}

/// The reading end of a BPF ring buffer (kernel/bpf/ringbuf.c: a page of the consumer's, a page
/// of the producer's, the data twice in a row). The data path does not wake anybody: a thread
/// polls, every millisecond or faster.
public struct RingDrain: ~Copyable, Sendable {
  private let consumer: SharedPages
  private let producer: SharedPages
  private let mask: UInt64

  /// Bytes that the ring holds.
  public var capacity: Int { Int(mask) + 1 }

  init(descriptor: Int32, bytes: Int) throws(BPFError) {
    let page = Int(getpagesize())
    let consumer = try SharedPages(
      descriptor: descriptor, length: page, writable: true, what: "the ring's reader page")
    let producer = try SharedPages(
      descriptor: descriptor, offset: page, length: page + 2 * bytes, writable: false,
      what: "the ring")
    self.consumer = consumer
    self.producer = producer
    mask = UInt64(bytes) - 1
  }

  /// Where the next record will be written, in bytes since the ring was made.
  public var producerPosition: UInt64 { salbpf_load64(producer.bytes.baseAddress!) }

  /// Up to where this end has read.
  public var consumerPosition: UInt64 { salbpf_load64(consumer.bytes.baseAddress!) }

  /// Bytes written and not yet read.
  public var backlog: Int { Int(producerPosition &- consumerPosition) }

  /// Hands every complete record before `limit` (default: the producer's position now) to `body`
  /// and frees its room. A limit keeps a turn from chasing a data path that goes on writing.
  /// Returns the number of records.
  @discardableResult
  public mutating func drain(
    upTo limit: UInt64? = nil, _ body: (UnsafeRawBufferPointer) -> Void
  ) -> Int {
    let end = limit ?? producerPosition
    let reader = consumer.bytes.baseAddress!
    let data = UnsafeRawPointer(producer.bytes.baseAddress! + Int(getpagesize()))
    var position = consumerPosition
    var freed = position
    var records = 0
    while Int64(bitPattern: end &- position) > 0 {
      let header = data + Int(position & mask)
      let word = salbpf_load32(header)
      if word & Self.busy != 0 { break }  // reserved, not yet committed
      let length = Int(word & ~(Self.busy | Self.discarded))
      if word & Self.discarded == 0 {
        body(UnsafeRawBufferPointer(start: header + Self.headerBytes, count: length))
        records &+= 1
      }
      position &+= UInt64((length + Self.headerBytes + 7) & ~7)
      // Freeing room record by record would bounce the cache line; a 16th of the ring does not.
      if position &- freed > (mask >> 4) {
        salbpf_store64(reader, position)
        freed = position
      }
    }
    if position != freed { salbpf_store64(reader, position) }
    return records
  }

  private static let busy: UInt32 = 1 << 31  // BPF_RINGBUF_BUSY_BIT
  private static let discarded: UInt32 = 1 << 30  // BPF_RINGBUF_DISCARD_BIT
  private static let headerBytes = 8  // BPF_RINGBUF_HDR_SZ
}
