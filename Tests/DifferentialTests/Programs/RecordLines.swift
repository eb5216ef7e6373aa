import DataModel
import Plan
import Reference
import TestSupport

/// Seeded flow records in the forms that sources of records read, some of them damaged.
struct RecordLines {
  /// The columns of records that a program describes.
  static let schema =
    "SCHEMA(ts: time, src: ip, dst: ip, sport: u16, port: u16, proto: string, dur: duration, "
    + "octets: u64, small: u8, delta: i64, ok: bool)"

  /// The text of a source's file.
  let text: String
  /// The same records as the naive reader takes them.
  let plain: String

  init(_ source: GeneratedProgram.Source) {
    var random = RandomSource(seed: source.seed)
    var (lines, plain) = ([String](), [String]())
    var micros = source.isFine ? 1_700_000_000_123_456 : 1_312_962_413_000_000
    let step = source.isFine ? 8_000 : 700_000
    for _ in 0..<source.count {
      if !random.once(in: 4) { micros += random.number(0...step) }
      let isLate = source.isDisordered && random.once(in: 8)
      let stamp = micros - (isLate ? random.number(0...60) * step : 0)
      let isDamaged = random.once(in: 40) && source.isDamaged
      switch source.kind {
      case .vast:
        lines.append(Self.vast(stamp, isDamaged, &random))
        plain.append(lines[lines.count - 1])
      default:
        let cells = Self.cells(stamp, &random)
        if source.kind == .csv {
          lines.append(cells.dropLast(isDamaged ? 1 : 0).joined(separator: ","))
          plain.append(lines[lines.count - 1])
        } else {
          lines.append(Self.object(cells, isDamaged))
          if !isDamaged { plain.append(cells.joined(separator: ",")) }
        }
      }
    }
    text = lines.joined(separator: "\n") + "\n"
    self.plain = plain.joined(separator: "\n") + "\n"
  }

  /// The naive reader's records of a source of the plan.
  func records(_ source: GeneratedProgram.Source, at node: Int, of plan: LogicalPlan) throws
    -> [NaivePacket]
  {
    guard source.kind == .json else {
      return plan.recordSchema(of: node).map { NaiveRecords.read(plain, $0).records } ?? []
    }
    // The naive reader knows lines, and the columns of both forms are the same.
    let twin = try Query.plan("F = CsvStream(\"f\", \(Self.schema)); OUTPUT F (src);")
    return twin.recordSchema(of: 0).map { NaiveRecords.read(plain, $0).records } ?? []
  }

  private static func seconds(_ micros: Int) -> String {
    let rest = String(micros % 1_000_000 + 1_000_000).dropFirst()
    return "\(micros / 1_000_000).\(rest)"
  }

  private static func address(_ random: inout RandomSource) -> String {
    let host = random.zipf(12)
    switch random.number(0...9) {
    case 0: return "2001:db8::\(host)"
    case 1: return random.once(in: 2) ? "nobody" : ""
    case 2...4: return "147.32.84.\(host)"
    default: return "10.\(host % 4).0.\(host)"
    }
  }

  private static func port(_ random: inout RandomSource) -> String {
    random.choice(["80", "443", "53", "22", "0x0303", "", "99999", "\(random.number(0...40))"])
  }

  private static func vast(
    _ stamp: Int, _ isDamaged: Bool, _ random: inout RandomSource
  ) -> String {
    let code = random.choice(["tcp", "tcp", "udp", "icmp", "", "igmp"])
    var fields = [
      "\(random.number(0...1))", seconds(stamp), "d\(random.number(0...3))", "t",
      random.choice(["6", "17", "1", "300"]), code, address(&random), address(&random),
      port(&random), port(&random), "0", "0", "\(random.zipf(50)).\(random.number(0...99))",
    ]
    fields += (0..<6).map { _ in "\(random.zipf(9) * random.number(0...1000))" } + ["0"]
    if isDamaged {
      if random.once(in: 2) { fields.removeLast() } else { fields[1] = "x" }
    }
    return fields.joined(separator: ",")
  }

  private static func cells(_ stamp: Int, _ random: inout RandomSource) -> [String] {
    let proto = random.choice(["tcp", "tcp", "udp", "icmp", "", "arp", "zz", "a"])
    let small = random.choice(["", "300", "7", "\(random.number(0...255))"])
    return [
      seconds(stamp), address(&random), address(&random),
      random.choice(["", "\(40_000 + random.zipf(30))"]),
      random.choice(["80", "443", "53", "22", "", "70000", "\(random.number(0...40))"]), proto,
      random.once(in: 9) ? "" : "\(random.zipf(20)).\(random.number(100...999))",
      random.once(in: 9) ? "" : "\(random.zipf(9) * random.number(0...1000))", small,
      random.once(in: 9) ? "" : "\(random.number(-50...50))",
      random.choice(["true", "false", "", "true"]),
    ]
  }

  private static func object(_ cells: [String], _ isDamaged: Bool) -> String {
    let names = schema.dropFirst("SCHEMA(".count).split(separator: ", ").map {
      String($0.split(separator: ":")[0])
    }
    let isText: Set<String> = ["src", "dst", "proto"]
    let members = zip(names, cells).compactMap { name, cell -> String? in
      if cell.isEmpty { return nil }
      return "\"\(name)\": " + (isText.contains(name) ? "\"\(cell)\"" : cell)
    }
    let text = "{" + members.joined(separator: ", ") + "}"
    return isDamaged ? String(text.dropLast(5)) : text
  }
}
