import Capture

extension Session {
  /// The bytes of a capture, unpacked; nil where there are more than `limit`.
  public static func contents(
    ofCapture path: String, limit: Int
  ) throws(SessionError) -> [UInt8]? {
    do { return try CaptureContents.read(path, limit: limit) } catch { throw .capture(error) }
  }
}
