public import Reference

extension CaptureFile {
  /// The frames of a capture's path; none where it cannot be read.
  public static func frames(of path: String) -> [CapturedFrame] {
    frames(of: FileBytes.read(path) ?? [])
  }

  /// A classic capture with nanosecond times, in the order of the frames.
  public static func classic(
    _ frames: [CapturedFrame], bigEndian: Bool = false, nanoseconds: Bool = true
  ) -> [UInt8] {
    var out: [UInt8] = []
    func put(_ value: Int, _ width: Int) {
      let shifts = stride(from: 0, to: width * 8, by: 8)
      for shift in bigEndian ? Array(shifts.reversed()) : Array(shifts) {
        out.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
    put(nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4, 4)
    put(2, 2)
    put(4, 2)
    put(0, 4)
    put(0, 4)
    put(262_144, 4)
    put(frames.first?.linkType ?? 1, 4)
    for frame in frames {
      put(Int(frame.time / 1_000_000_000), 4)
      put(Int(frame.time % 1_000_000_000) / (nanoseconds ? 1 : 1000), 4)
      put(frame.bytes.count, 4)
      put(frame.wireLength, 4)
      out += frame.bytes
    }
    return out
  }
}
