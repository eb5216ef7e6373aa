import CLibBPF
import Glibc

/// What must agree for one map to stand in for another.
struct MapShape: Equatable, CustomStringConvertible {
  var type: UInt32
  var keySize: UInt32
  var valueSize: UInt32
  var entries: UInt32
  var flags: UInt32

  init(type: UInt32, keySize: UInt32, valueSize: UInt32, entries: UInt32, flags: UInt32) {
    self.type = type
    self.keySize = keySize
    self.valueSize = valueSize
    self.entries = entries
    self.flags = flags
  }

  /// Asks the kernel.
  init(descriptor: Int32, of name: String) throws(BPFError) {
    var info = bpf_map_info()
    var length = UInt32(MemoryLayout<bpf_map_info>.size)
    guard bpf_obj_get_info_by_fd(descriptor, &info, &length) == 0 else {
      throw .lastCall("cannot ask for the shape of the map '\(name)'")
    }
    self.init(
      type: info.type, keySize: info.key_size, valueSize: info.value_size,
      entries: info.max_entries, flags: info.map_flags)
  }

  var description: String {
    "\(entries) entries of \(valueSize) bytes (type \(type), flags \(flags))"
  }
}

/// A map of its own lifetime: it outlives the program that made it.
public struct MapHandle: ~Copyable, Sendable {
  /// The descriptor, open as long as this value lives.
  public let descriptor: Int32

  /// A second descriptor for the map of `descriptor`.
  init(duplicating descriptor: Int32) throws(BPFError) {
    self.descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    if self.descriptor < 0 { throw .lastCall("cannot keep the map") }
  }

  deinit { close(descriptor) }
}

/// Shared pages of a map or a ring; unmapped at the end.
struct SharedPages: ~Copyable, @unchecked Sendable {
  // The pages are shared with the kernel anyway; who writes what is the contract's matter.
  let bytes: UnsafeMutableRawBufferPointer

  init(
    descriptor: Int32, offset: Int = 0, length: Int, writable: Bool, what: String
  ) throws(BPFError) {
    let page = Int(getpagesize())
    let rounded = (length + page - 1) / page * page
    let start = mmap(
      nil, rounded, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, descriptor, offset)
    guard let start, start != MAP_FAILED else { throw .lastCall("cannot map \(what) into memory") }
    bytes = UnsafeMutableRawBufferPointer(start: start, count: rounded)
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }
}
