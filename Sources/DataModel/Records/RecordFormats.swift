/// The catalogue of record formats: a source's name, its schema and how its records are written.
///
/// Adding a format whose encoding exists is one file with its schema and one line here.
public enum RecordFormats {
  /// Every format, in the order of the documentation.
  public static let all: [RecordSchema] = [
    vast, ctu, nfdump, netflowV5, netflowV9, ipfix, sflow, flows,
  ]

  /// The format of a source.
  public static func named(_ source: String) -> RecordSchema? {
    all.first { $0.source == source }
  }

  /// Counters of packets and octets. Four of them can be added, and one be counted in bits, within
  /// 64 bits; what a flow of a year on 100 Gbit/s carries is below 2^59.
  static let counter = ScalarType.unsigned(bits: 60)
  static let port = ScalarType.unsigned(bits: 16)
  static let byte = ScalarType.unsigned(bits: 8)
  static let number = ScalarType.unsigned(bits: 32)
}
