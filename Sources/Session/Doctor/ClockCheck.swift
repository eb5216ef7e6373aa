import BPFRuntime

/// Whether windows end where they should: the run's clock ticks by sleeping, and its times are
/// the wall clock's.
enum ClockCheck: MachineCheck {
  static let name = "clock"
  /// Ticks that come later than this would be seen in windows of 100 ms.
  private static let lateNanoseconds: UInt64 = 5_000_000

  static func remarks(on machine: any Machine) -> [Remark] {
    let spacings = machine.tickSpacings(of: LiveTurns.tickNanoseconds, count: 41)
    let median = spacings[spacings.count / 2]
    let ticks =
      "ticks come \(text(median)) ms apart, at most \(text(spacings[spacings.count - 1])) ms"
    var remarks: [Remark] = [
      .ok(machine.clockSource.map { "source \($0)" } ?? "no source named")
    ]
    remarks.append(
      median < lateNanoseconds
        ? .ok(ticks)
        : .warning(
          "\(ticks), so packets may be counted in the window before theirs; the machine is "
            + "overloaded or sleeps deeply", "uptime", "chrt --rr 1 salc run …"))
    remarks.append(
      machine.isClockSynchronized
        ? .ok("in step with others")
        : .warning(
          "nothing keeps the wall clock in step, so windows of several hosts do not fit each other",
          "sudo timedatectl set-ntp true"))
    return remarks
  }

  private static func text(_ nanoseconds: UInt64) -> String {
    let hundredths = nanoseconds / 10_000
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
