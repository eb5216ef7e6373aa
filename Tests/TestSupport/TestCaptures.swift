public import Reference

/// The captures of `SALC_TEST_DATA`, and generated ones of every kind that the generator knows.
public enum TestCaptures {
  /// File names below `pcap/`, sorted; none where the data are not there.
  public static let names: [String] = {
    guard let data = Repository.testData else { return [] }
    let outcome = Tool.run("/bin/ls", [data + "/pcap"])
    return outcome.output.split(separator: "\n").map(String.init)
      .filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }
  }()

  /// The path of a capture.
  public static func path(_ name: String) -> String {
    (Repository.testData ?? "") + "/pcap/" + name
  }

  /// Generated traffic by name: ordinary, all odd, out of order, raw IP, Linux cooked.
  public static let generated: [(name: String, frames: [CapturedFrame])] = {
    typealias Change = (inout PacketGenerator.Profile) -> Void
    let kinds: [(String, Change)] = [
      ("ordinary", { $0.oddOnceIn = 50 }),
      ("odd", { $0.oddOnceIn = 1 }),
      ("disorder", { $0.disorderOnceIn = 30 }),
      ("manyhosts", { $0.hosts = 5000 }),
      ("raw", { $0.linkType = 101 }),
      ("cooked", { $0.linkType = 113 }),
    ]
    return kinds.enumerated().map { index, kind in
      var profile = PacketGenerator.Profile()
      kind.1(&profile)
      var generator = PacketGenerator(seed: UInt64(index) + 1, profile: profile)
      return (kind.0, generator.frames(3000))
    }
  }()
}
