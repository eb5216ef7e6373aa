import CLibBPF
import Glibc

/// Waits until no CPU still runs a data-path program that began before the call, so that what such
/// a program read (a control word, a set) is in use nowhere.
///
/// An update of a map of maps returns after an RCU grace period (kernel/bpf/syscall.c,
/// maybe_wait_bpf_programs), and XDP programs run inside RCU read sections. Takes about 8 ms.
public struct GracePeriod: ~Copyable, Sendable {
  private let inner: Int32
  private let outer: Int32

  /// Creates the pair of maps that the wait needs.
  public init() throws(BPFError) {
    let inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "salc_inner", 4, 4, 1, nil)
    guard inner >= 0 else { throw .call("cannot create a map", SystemError(code: inner)) }
    var options = bpf_map_create_opts()
    options.sz = MemoryLayout<bpf_map_create_opts>.size
    options.inner_map_fd = UInt32(inner)
    let outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "salc_barrier", 4, 4, 1, &options)
    guard outer >= 0 else {
      close(inner)
      throw .call("cannot create a map of maps", SystemError(code: outer))
    }
    self.inner = inner
    self.outer = outer
  }

  deinit {
    close(outer)
    close(inner)
  }

  /// Returns after one grace period.
  public func wait() throws(BPFError) {
    var key: UInt32 = 0
    var value = inner
    let result = bpf_map_update_elem(outer, &key, &value, UInt64(BPF_ANY))
    if result < 0 { throw .call("cannot wait for the data path", SystemError(code: result)) }
  }
}
