/// A capture's bytes as they are, unpacked where they are packed.
public enum CaptureContents {
  /// The bytes of a capture; nil where there are more than `limit`.
  public static func read(_ path: String, limit: Int) throws(CaptureError) -> [UInt8]? {
    let descriptor = try FileDescriptor(readingFrom: path)
    let plain = FileStream(descriptor, head: [])
    var head = [UInt8](repeating: 0, count: 2)
    let count = try fill(&head, from: plain)
    head.removeLast(head.count - count)
    // The stream is begun anew: it gives back what was read of it.
    let whole = FileStream(descriptor, head: head)
    let stream: any ByteStream =
      head == [0x1F, 0x8B] ? GzipStream(whole, path: path) : whole
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try fill(&block, from: stream)
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else { return nil }
      bytes += block[..<count]
    }
  }

  private static func fill(
    _ block: inout [UInt8], from stream: any ByteStream
  ) throws(CaptureError) -> Int {
    var have = 0
    while have < block.count {
      let outcome = block.withUnsafeMutableBytes { raw in
        Result { () throws(CaptureError) in
          try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: raw[have...]))
        }
      }
      let count = try outcome.get()
      if count == 0 { break }
      have += count
    }
    return have
  }
}
