import DataModel
import Plan
import Planning
import Reference
import TestSupport
import Testing

/// The same query over the same tuples gives the same rows wherever the cut falls.
@Suite("Naive = host = kernel")
struct EngineTests {
  @Test("samples over generated traffic, on the host", arguments: Sample.all)
  func samplesOnTheHost(sample: Sample) throws {
    for traffic in TestCaptures.generated {
      try Comparison(sample.text, traffic.frames, "\(sample) over \(traffic.name)").expect([.host])
    }
  }

  @Test(
    "samples over captures, on the host",
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: TestCaptures.names)
  func capturesOnTheHost(capture: String) throws {
    let frames = CaptureFile.frames(of: TestCaptures.path(capture))
    for sample in Sample.all {
      try Comparison(
        sample.text, frames, "\(sample) over \(capture)", path: TestCaptures.path(capture)
      ).expect([.host])
    }
  }

  @Test(
    "samples over generated traffic, in the kernel",
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"), arguments: Sample.all)
  func samplesInTheKernel(sample: Sample) throws {
    let ways = try Self.kernelWays(sample.text, cuts: 3, seed: 1)
    for traffic in TestCaptures.generated {
      try Comparison(sample.text, traffic.frames, "\(sample) over \(traffic.name)").expect(ways)
    }
  }

  @Test(
    "samples over captures, in the kernel",
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: TestCaptures.names)
  func capturesInTheKernel(capture: String) throws {
    let frames = CaptureFile.frames(of: TestCaptures.path(capture))
    for sample in Sample.all {
      try Comparison(
        sample.text, frames, "\(sample) over \(capture)", path: TestCaptures.path(capture)
      ).expect(Self.kernelWays(sample.text, cuts: 0, seed: 1))
    }
  }

  /// One and two CPUs, ordinary and tiny tables, everything possible in the data path, nothing of
  /// it, and legal cuts between.
  static func kernelWays(_ text: String, cuts: Int, seed: UInt64) throws -> [Way] {
    var ways = [
      Way(engine: .kernel(cpus: 1)), Way(engine: .kernel(cpus: 2), tableSets: 4),
      Way(engine: .kernel(cpus: 2), placement: .host),
    ]
    guard cuts > 0 else { return ways }
    let plan = try Query.plan(text)
    for (index, cut) in Query.cuts(plan, limit: cuts, seed: seed).enumerated() {
      guard let cut = Cut(cut) else { continue }
      ways.append(
        Way(engine: .kernel(cpus: 1 + index % 2), placement: .cut(cut), tableSets: 4))
    }
    return ways
  }
}

/// Random queries over random traffic; a failing seed becomes a test of its own.
@Suite("Naive = host = kernel, for random queries")
struct RandomEngineTests {
  @Test("on the host", arguments: Seeds.range(60))
  func host(seed: Int) throws {
    let text = Self.query(seed)
    let traffic = Self.traffic(seed)
    var ways = [Way.host]
    ways.append(
      Way(engine: .host, placement: .hostEngine, disabledRules: Set(Query.rules)))
    try Comparison(text, traffic, "seed \(seed)").expect(ways)
  }

  @Test(
    "in the kernel", .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    arguments: Seeds.range(20))
  func kernel(seed: Int) throws {
    let text = Self.query(seed)
    let ways = try EngineTests.kernelWays(text, cuts: 2, seed: UInt64(seed))
    try Comparison(text, Self.traffic(seed), "seed \(seed)").expect(ways)
  }

  static func query(_ seed: Int) -> String {
    var generator = QueryGenerator(seed: UInt64(seed))
    return generator.next()
  }

  static func traffic(_ seed: Int) -> [CapturedFrame] {
    var profile = PacketGenerator.Profile()
    profile.gap = 4_000_000
    profile.disorderOnceIn = seed % 5 == 4 ? 40 : 0
    profile.linkType = [1, 1, 1, 101, 113][seed % 5]
    var generator = PacketGenerator(seed: UInt64(seed) &+ 50, profile: profile)
    return generator.frames(2000)
  }
}

/// One query over one capture, in several ways.
struct Comparison {
  private let text: String
  private let name: String
  private let path: String
  private let exact: [NaiveRow]
  private let directory: TemporaryDirectory?

  init(
    _ text: String, _ frames: [CapturedFrame], _ name: String, path: String? = nil
  ) throws {
    self.text = text
    self.name = name
    exact = NaiveEvaluator.rows(of: try Query.plan(text), over: frames)
    if let path {
      self.path = path
      directory = nil
    } else {
      let directory = TemporaryDirectory()
      self.directory = directory
      self.path = directory.file("traffic.pcap")
      FileBytes.write(CaptureFile.classic(frames), to: self.path)
    }
  }

  func expect(_ ways: [Way]) throws {
    for way in ways {
      let answer = try Engines.run(text, over: path, way)
      let differences = RowComparison.differences(exact: exact, engine: answer.rows)
      #expect(
        differences.isEmpty,
        "\(name), \(way): \(differences.count) differences: \(differences.prefix(4))\n\(text)")
    }
  }
}
