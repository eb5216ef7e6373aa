/// The mark with which some programs begin texts in UTF-8 (RFC 3629, section 6); it is no part of
/// the first line.
enum ByteOrderMark {
  private static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// How many bytes of a text's beginning are the mark: three, or none.
  static func length(_ text: some Sequence<UInt8>) -> Int {
    text.starts(with: bytes) ? bytes.count : 0
  }
}
