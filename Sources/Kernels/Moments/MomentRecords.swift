/// Σx and Σx² of one operand, exact.
struct MomentSums {
  var total: Int128
  var squares: UInt128
}

/// One key's record in memory: a head, and the sums of each operand behind it.
struct MomentRecord {
  /// Where the window's values are, and how many.
  struct Head {
    var ring: UnsafeMutableRawPointer?
    var capacity: Int32
    var oldest: Int32
    var count: Int32
    var unused: Int32
    var folded: UInt64
  }

  let head: UnsafeMutablePointer<Head>
  let sums: UnsafeMutablePointer<MomentSums>

  @inline(__always)
  init(_ memory: UnsafeMutableRawPointer) {
    head = memory.assumingMemoryBound(to: Head.self)
    sums = (memory + MemoryLayout<Head>.stride).assumingMemoryBound(to: MomentSums.self)
  }

  /// The place in the ring behind the newest, which is that of the oldest where the ring is full.
  @inline(__always)
  var place: Int {
    let place = head.pointee.oldest &+ head.pointee.count
    return Int(place >= head.pointee.capacity ? place &- head.pointee.capacity : place)
  }

  /// Passes over the oldest place of the ring.
  @inline(__always)
  func dropOldest() {
    let next = head.pointee.oldest &+ 1
    head.pointee.oldest = next == head.pointee.capacity ? 0 : next
  }
}

/// The records of keys 0, 1, …, in chunks that stay where they are.
struct MomentRecords {
  private static let chunkShift = 10
  /// Records of a chunk.
  private static let chunkRecords = 1 << chunkShift

  /// From one record to the next; whole cache lines.
  let recordBytes: Int
  private var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private var chunkCount = 0
  private var chunkRoom = 16

  init(operands: Int) {
    let bytes =
      MemoryLayout<MomentRecord.Head>.stride + operands * MemoryLayout<MomentSums>.stride
    recordBytes = (bytes + 63) / 64 * 64
    chunks = .allocate(capacity: chunkRoom)
  }

  /// The records themselves are the pool's.
  func deallocate() { chunks.deallocate() }

  /// Keys that there is room for.
  var room: Int { chunkCount * Self.chunkRecords }

  @inline(__always)
  func address(_ id: Int) -> UnsafeMutableRawPointer {
    chunks[id &>> Self.chunkShift] + (id & (Self.chunkRecords - 1)) &* recordBytes
  }

  @inline(__always)
  func record(_ id: Int) -> MomentRecord { MomentRecord(address(id)) }

  /// Makes the records of all keys up to one; new ones are zero.
  mutating func reserve(_ id: Int, from pool: BlockPool) {
    while id >= room {
      if chunkCount == chunkRoom {
        let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(
          capacity: chunkRoom * 2)
        larger.update(from: chunks, count: chunkCount)
        chunks.deallocate()
        chunks = larger
        chunkRoom *= 2
      }
      let bytes = Self.chunkRecords * recordBytes
      let chunk = pool.take(bytes)
      chunk.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      chunks[chunkCount] = chunk
      chunkCount += 1
    }
  }
}
