import DataModel
import TestSupport

/// Seeded random programs over the whole language.
///
/// It keeps the types, keys and windows of what it has named, so that most programs are accepted;
/// what is refused has to be refused with a place and a remedy.
struct ProgramGenerator {
  /// What a field, key or feature is, as far as expressions care.
  enum Kind: Hashable {
    case number(bits: Int), signed, real, flag, ip, ipv4, ipv6, mac, duration, time
    /// Texts of records, and names of services, which have an order.
    case text([String]), service([String])
    case ranking, opaque
  }

  /// A name that stands in expressions.
  struct Named: Hashable {
    var name: String
    var kind: Kind
    /// Whether a tuple may have several.
    var isRepeated = false
  }

  /// A stream of tuples.
  struct Stream {
    var name: String
    var fields: [Named]
    var key: [Named] = []
    /// What its tuples are; streams with the same are selections of one.
    var tuples: String
    /// Whether rows of windows are its tuples.
    var isRows = false
    /// What SUBGRAPH takes for source and target.
    var ends: (source: String, target: String)?
  }

  /// A feature of keys and time windows, or one current value a key (`window` nil).
  struct Feature {
    var value: Named
    var key: [Named]
    var window: String?
    var stream: String
  }

  /// Rows of windows.
  struct Rows {
    var name: String
    var key: [Named]
    var values: [Named]
    var window: String
  }

  var random: RandomSource
  var program = GeneratedProgram()
  var streams: [Stream] = []
  var features: [Feature] = []
  var rows: [Rows] = []
  /// Windows of the program's times, the first the one that most features have.
  var windows: [String] = []
  /// Durations of the order of windows.
  var spans: [String] = []
  private var names = 0

  init(seed: Int) {
    // Neighbours among seeds are neighbours in one sequence, and would give like programs.
    var mixed = RandomSource(seed: UInt64(seed))
    random = RandomSource(seed: mixed.next() ^ mixed.next() << 7)
  }

  /// The program of a seed.
  static func program(_ seed: Int) -> GeneratedProgram {
    var generator = ProgramGenerator(seed: seed)
    generator.chooseSources()
    generator.compose()
    // Where something was lost, rows are partial and have no bounds, so that estimates in them
    // cannot be held against the truth.
    if generator.program.statements.contains(where: { $0.contains("% ") }) {
      for index in generator.program.sources.indices {
        generator.program.sources[index].isDamaged = false
        generator.program.sources[index].isDisordered = false
      }
    }
    return generator.program
  }

  /// A new name that begins with the letter.
  mutating func fresh(_ letter: String) -> String {
    names += 1
    return "\(letter)\(names)"
  }

  mutating func say(_ statement: String) { program.statements.append(statement) }

  private mutating func chooseSources() {
    let shape = random.number(0...19)
    let isDisordered = random.once(in: 4)
    let kinds: [GeneratedProgram.Kind] =
      switch shape {
      case 0...9: [.packets]
      case 10...11: [.vast]
      case 12: [.csv]
      case 13...14: [.json]
      case 15: [.capture, .capture]
      case 16: [.vast, random.choice([.vast, .csv])]
      case 17: [.capture, random.choice([.csv, .vast])]
      case 18: [.csv, .json]
      default: [.capture, .json]
      }
    let isFine = kinds.contains { !$0.isRecords }
    for (index, kind) in kinds.enumerated() {
      program.sources.append(
        GeneratedProgram.Source(
          name: ["A", "B"][index], kind: kind, seed: random.next() % 1_000_000,
          count: random.choice([60, 150, 300]), isDisordered: isDisordered, isFine: isFine))
    }
    windows =
      isFine
      ? ["200ms", "500ms", "1s", "400ms SLIDE 200ms", "1s SLIDE 250ms", "2s SLIDE 1s"]
      : ["10s", "30s", "60s", "30s SLIDE 10s", "1m SLIDE 20s", "5m"]
    windows.shuffle(using: &random)
    spans = isFine ? ["50ms", "200ms", "1s", "3s"] : ["2s", "10s", "60s", "3m"]
    settings(isFine: isFine)
    for source in program.sources { declare(source) }
  }

  private mutating func settings(isFine: Bool) {
    if random.once(in: 3) {
      say("Lateness = \(random.choice(isFine ? ["0s", "100ms", "2s"] : ["0s", "5s", "40s"]));")
    }
    if random.once(in: 8) { say("SetLag = \(random.choice(["0s", "10ms", "150ms"]));") }
    if random.once(in: 12) { say("WindowSize = \(random.number(2...40));") }
  }

  private mutating func declare(_ source: GeneratedProgram.Source) {
    switch source.kind {
    case .packets:
      // Packets, flows of them, or both.
      let form = random.number(0...5)
      if form != 0 {
        say("\(source.name) = PacketStream();")
        streams.append(Stream(Fields.packets, source.name))
      }
      if form < 2 { flows(form == 0 ? source.name : "W") }
    case .capture: streams.append(Stream(Fields.packets, source.name))
    case .vast: streams.append(Stream(Fields.vast, source.name))
    case .csv, .json: streams.append(Stream(Fields.described, source.name))
    }
  }

  private mutating func flows(_ name: String) {
    let active = random.choice(["2s", "1s", "500ms"])
    let idle = random.choice(["100ms", "300ms", "1s"])
    let direction = random.once(in: 3) ? ", direction: one" : ""
    say("\(name) = FlowStream(active: \(active), idle: \(idle)\(direction));")
    streams.append(Stream(Fields.flows, name))
  }

  private mutating func compose() {
    for _ in 0..<random.number(0...3) { selection() }
    keyedStream()
    for _ in 0..<random.number(0...2) { keyedStream() }
    for _ in 0..<random.number(1...4) { feature() }
    for _ in 0..<random.number(0...3) { tupleForm() }
    for _ in 0..<random.number(0...3) { rowForm() }
    for _ in 0..<random.number(0...1) { feature() }
    guard !random.once(in: 10) else { return }
    for _ in 0..<random.number(1...3) { output() }
  }
}

extension ProgramGenerator.Stream {
  /// A source: its fields, and the ends of its edges.
  init(_ fields: [ProgramGenerator.Named], _ name: String) {
    let own = fields.contains { $0.name == "SourceIp" } ? ("SourceIp", "DestIp") : ("src", "dst")
    self.init(name: name, fields: fields, tuples: name, ends: own)
  }
}
