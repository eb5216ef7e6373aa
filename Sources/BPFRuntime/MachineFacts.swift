import CLibBPF
import Glibc

/// What the machine says about itself; reading it asks for no privilege.
public enum MachineFacts {
  /// `Linux 6.12.1 x86_64`.
  public static var kernel: String {
    var name = utsname()
    guard uname(&name) == 0 else { return "unknown" }
    func text<Bytes>(_ field: Bytes) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return "\(text(name.sysname)) \(text(name.release)) \(text(name.machine))"
  }

  /// A number below /proc/sys, such as `net/core/bpf_jit_enable`; nil where there is none or it
  /// may not be read.
  public static func setting(_ path: String) -> Int? {
    firstLine(of: "/proc/sys/" + path).flatMap { Int($0) }
  }

  /// How far the kernel is locked down: `none`, `integrity` or `confidentiality`; nil where it
  /// does not say, kernel_lockdown(7).
  public static var lockdown: String? {
    firstLine(of: "/sys/kernel/security/lockdown").flatMap { line in
      line.split(separator: "[").last?.split(separator: "]").first.map(String.init)
    }
  }

  /// The hardware that the kernel reads time from, such as `tsc`.
  public static var clockSource: String? {
    firstLine(of: "/sys/devices/system/clocksource/clocksource0/current_clocksource")
  }

  /// Whether something keeps the wall clock in step with others (NTP), adjtimex(2).
  public static var isClockSynchronized: Bool { salbpf_clock_is_synchronized() }

  /// Nanoseconds between ticks of a thread that sleeps `nanoseconds` each time, ascending.
  public static func tickSpacings(of nanoseconds: Int, count: Int) -> [UInt64] {
    var spacings: [UInt64] = []
    var last = monotonicNanoseconds()
    for _ in 0..<count {
      var pause = timespec(tv_sec: 0, tv_nsec: nanoseconds)
      nanosleep(&pause, nil)
      let now = monotonicNanoseconds()
      spacings.append(now - last)
      last = now
    }
    return spacings.sorted()
  }

  /// Bytes that the process may lock in memory; nil: without limit.
  public static var memoryLockLimit: UInt64? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) == 0 else { return nil }
    return limit.rlim_cur == rlim_t.max ? nil : UInt64(limit.rlim_cur)
  }

  /// What the distribution calls itself and its relatives, os-release(5): `ubuntu debian`.
  public static var distribution: [String] {
    lines(of: "/etc/os-release").flatMap { line -> [String] in
      guard line.hasPrefix("ID=") || line.hasPrefix("ID_LIKE=") else { return [] }
      let value = line.drop { $0 != "=" }.dropFirst()
      return value.split { $0 == " " || $0 == "\"" || $0 == "'" }.map(String.init)
    }
  }

  private static func firstLine(of path: String) -> String? { lines(of: path).first }

  /// The lines of the first 4 KiB of a file.
  private static func lines(of path: String) -> [String] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
      return text.split(separator: "\n").map(String.init)
    }
  }
}
