import Glibc

/// A query's state, shared with the data path: each CPU has two halves, one an epoch. The data
/// path writes the half of the epoch in the control word; the host reads and clears the other
/// once a grace period has passed since the word was turned.
public struct MappedState: ~Copyable, Sendable {
  /// How many CPUs have halves.
  public let cpus: Int
  /// Bytes of a half, `sizeof(struct sal_half)`.
  public let halfBytes: Int
  /// Bytes from one half to the next.
  public let stride: Int
  private let pages: SharedPages

  /// Maps the array of `descriptor`, which must hold the halves of `cpus` CPUs.
  init(descriptor: Int32, cpus: Int) throws(BPFError) {
    let shape = try MapShape(descriptor: descriptor, of: Contract.state)
    let entries = cpus * Contract.epochs
    guard Int(shape.entries) == entries, shape.keySize == 4 else {
      throw .mapShape(
        map: Contract.state, wanted: "\(entries) entries under 4-byte keys", found: "\(shape)")
    }
    let stride = (Int(shape.valueSize) + 7) & ~7  // kernel/bpf/arraymap.c: elem_size
    pages = try SharedPages(
      descriptor: descriptor, length: stride * entries, writable: true, what: "the state")
    self.cpus = cpus
    self.stride = stride
    halfBytes = Int(shape.valueSize)
  }

  /// The half of a CPU and an epoch (0 or 1), valid as long as this value lives.
  public func half(cpu: Int, epoch: Int) -> UnsafeMutableRawBufferPointer {
    precondition(cpu >= 0 && cpu < cpus, "a CPU of the state")
    precondition(epoch >= 0 && epoch < Contract.epochs, "epochs are 0 and 1")
    let start = (cpu * Contract.epochs + epoch) * stride
    return UnsafeMutableRawBufferPointer(rebasing: pages.bytes[start..<start + halfBytes])
  }

  /// Zeroes the halves of an epoch on all CPUs; the data path must be on the other one.
  public func clear(epoch: Int) {
    for cpu in 0..<cpus { clear(cpu: cpu, epoch: epoch) }
  }

  /// Zeroes one half.
  public func clear(cpu: Int, epoch: Int) {
    let half = half(cpu: cpu, epoch: epoch)
    memset(half.baseAddress!, 0, half.count)
  }
}
