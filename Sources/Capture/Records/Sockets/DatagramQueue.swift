import DataModel
import Glibc
import Synchronization

/// Datagrams on their way from the thread that receives them to the one that reads them: a ring of
/// bytes with one writer and one reader, and no lock.
///
/// - Memory: ``capacity``, whatever comes. Where it is full, the writer leaves datagrams in the
///   socket's buffer, and what finds no room there the kernel counts.
final class DatagramQueue: Sendable {
  /// Of every datagram, before its bytes.
  struct Head {
    /// Bytes of the datagram; ``wrap`` where the ring goes on at its start.
    var length: UInt32
    /// The port that it was sent from.
    var port: UInt16
    /// When it arrived, nanoseconds since the Unix epoch.
    var received: Int64
    var exporter: IPAddress?
  }

  /// Bytes: 11 000 full datagrams of NetFlow v5, 0.66 s at 500 000 records a second.
  static let capacity = 16 << 20
  private static let wrap = UInt32.max
  private static let headBytes = (MemoryLayout<Head>.stride + 15) & ~15

  // Only the writer writes what lies between `written` and `read`, only the reader reads the rest.
  private nonisolated(unsafe) let space: UnsafeMutableRawPointer
  private let written = Atomic<Int>(0)
  private let read = Atomic<Int>(0)
  private let datagramsWritten = Atomic<Int>(0)
  private let datagramsRead = Atomic<Int>(0)

  init() { space = .allocate(byteCount: Self.capacity, alignment: 64) }

  deinit { space.deallocate() }

  /// Datagrams in the ring.
  var count: Int {
    datagramsWritten.load(ordering: .relaxed) - datagramsRead.load(ordering: .relaxed)
  }

  /// The writer's: appends a datagram; false where it finds no room.
  func append(_ head: Head, _ bytes: UnsafePointer<UInt8>) -> Bool {
    let length = Int(head.length)
    let size = Self.headBytes + (length + 15) & ~15
    var place = written.load(ordering: .relaxed)
    let free = Self.capacity - (place - read.load(ordering: .acquiring))
    let tail = Self.capacity - place % Self.capacity
    let skipped = tail < size ? tail : 0
    guard skipped + size <= free else { return false }
    if skipped > 0 {
      // A tail is a multiple of 16 bytes, so that the length at least has room.
      (space + place % Self.capacity).storeBytes(of: Self.wrap, as: UInt32.self)
      place += skipped
    }
    let at = space + place % Self.capacity
    at.storeBytes(of: head, as: Head.self)
    (at + Self.headBytes).copyMemory(from: bytes, byteCount: length)
    datagramsWritten.wrappingAdd(1, ordering: .relaxed)
    written.store(place + size, ordering: .sequentiallyConsistent)
    return true
  }

  /// Whether the reader finds none.
  var isEmpty: Bool {
    written.load(ordering: .sequentiallyConsistent) == read.load(ordering: .relaxed)
  }

  /// The reader's: the first datagram, whose bytes stay until it is dropped; nil where none is.
  func first() -> (head: Head, bytes: UnsafePointer<UInt8>)? {
    guard !isEmpty else { return nil }
    var place = read.load(ordering: .relaxed)
    if (space + place % Self.capacity).load(as: UInt32.self) == Self.wrap {
      place += Self.capacity - place % Self.capacity
      read.store(place, ordering: .releasing)
    }
    let at = space + place % Self.capacity
    let bytes = (at + Self.headBytes).assumingMemoryBound(to: UInt8.self)
    return (at.load(as: Head.self), UnsafePointer(bytes))
  }

  /// The reader's: gives back the room of the first datagram, which there is.
  func dropFirst() {
    let place = read.load(ordering: .relaxed)
    let length = Int((space + place % Self.capacity).load(as: UInt32.self))
    datagramsRead.wrappingAdd(1, ordering: .relaxed)
    read.store(place + Self.headBytes + (length + 15) & ~15, ordering: .releasing)
  }
}
