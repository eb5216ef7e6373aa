import CLibBPF

/// How many CPUs this process may run on: fewer than the machine has under `taskset` or in a
/// container; at least 1.
public var usableCPUs: Int {
  var mask = [UInt64](repeating: 0, count: 128)
  guard salbpf_get_affinity(&mask, mask.count) == 0 else { return 1 }
  return max(1, mask.reduce(0) { $0 + $1.nonzeroBitCount })
}
