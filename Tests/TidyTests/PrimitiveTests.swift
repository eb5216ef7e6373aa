import TestSupport
import Testing

@Suite("Headers of runtime-bpf say what they promise, and each promise is tried")
struct PrimitiveTests {
  private static let folder = "runtime-bpf/include/sal/"

  /// Headers that are no primitive: types and barriers, and a generated list.
  private static let others: Set<String> = ["types", "services"]

  private static let headers: [String] = Repository.files(below: "runtime-bpf/include/sal")
    .filter { $0.hasSuffix(".h") }
    .map { String($0.split(separator: "/").last?.dropLast(2) ?? "") }

  /// The statistics, as the page lists them.
  private static let statistics: [String] = {
    let lines = Repository.text("runtime-bpf/README.md").split(separator: "\n")
    let mark = "<!-- headers: "
    let list = lines.first { $0.hasPrefix(mark) } ?? ""
    return list.dropFirst(mark.count).split(separator: " ").dropLast().map(String.init)
  }()

  /// The comment that a header opens with, without its licence.
  private static func opening(_ name: String) -> [Substring] {
    let lines = Repository.text(folder + name + ".h").split(
      separator: "\n", omittingEmptySubsequences: false)
    let start = lines.firstIndex { $0 == "/*" } ?? 0
    let end = lines[start...].firstIndex { $0 == " */" } ?? start
    return Array(lines[start..<end])
  }

  @Test("purpose, bound, cost, memory, merge and source stand first, in this order")
  func openings() {
    #expect(Self.headers.count > 35)
    for name in Self.headers where !Self.others.contains(name) {
      let comment = Self.opening(name)
      #expect(comment.count > 1 && comment[1].hasPrefix(" * \(name).h - "), "\(name).h")
      let wanted = ["Purpose", "Bound", "Cost", "Memory", "Merge", "Source"]
      let found = comment.compactMap { line in wanted.first { line.hasPrefix(" * \($0) ") } }
      #expect(found == wanted, "\(name).h opens with \(found)")
    }
  }

  @Test("a statistic calls no helper")
  func helpers() {
    #expect(Self.statistics.count >= 20)
    for name in Self.statistics {
      let text = Repository.text(Self.folder + name + ".h")
      #expect(!text.replacing("__bpf__", with: "").contains("bpf_"), "\(name).h")
    }
  }

  @Test("a statistic has its laws, its trials, its sizes and its cost")
  func trials() {
    let laws = Repository.text("runtime-bpf/native/laws.c")
    let accuracy = Repository.text("runtime-bpf/native/accuracy.c")
    let sizes = Repository.text("runtime-bpf/native/sizes.bpf.c")
    let cost = Repository.text("scripts/benchmarks/primitives.bpf.c")
    let all = Repository.text("runtime-bpf/examples/statistics.bpf.c")
    func rows(_ text: String, _ name: String) -> Bool {
      text.split(separator: "\n").contains { line in
        line.hasPrefix("\t{\"")
          && line.dropFirst(3).prefix { $0 != "\"" }.split(separator: ", ").contains { $0 == name }
      }
    }
    for name in Self.statistics {
      let include = "#include \"sal/\(name).h\""
      #expect(rows(laws, name), "laws.c has no \(name)")
      #expect(rows(accuracy, name) || Self.untried[name] != nil, "accuracy.c has no \(name)")
      #expect(sizes.contains(include) || Self.unsized[name] != nil, "sizes.bpf.c has no \(name)")
      #expect(
        cost.contains(include) || Self.uncosted[name] != nil, "primitives.bpf.c has no \(name)")
      #expect(
        all.contains(include) || Self.unsized[name] != nil, "statistics.bpf.c has no \(name)")
    }
  }

  @Test("what keeps keys has its laws, its trials and its cost too")
  func keyed() {
    let laws = Repository.text("runtime-bpf/native/laws.c")
    let accuracy = Repository.text("runtime-bpf/native/accuracy.c")
    let cost = Repository.text("scripts/benchmarks/primitives.bpf.c")
    for name in ["table", "firstseen", "set"] {
      #expect(laws.contains("\t{\"\(name)"), "laws.c has no \(name)")
      #expect(accuracy.contains("\t{\"\(name)"), "accuracy.c has no \(name)")
      #expect(cost.contains("#include \"sal/\(name).h\""), "primitives.bpf.c has no \(name)")
    }
  }

  @Test("a primitive's cost is measured beside the same by hand")
  func costs() {
    func names(_ file: String, _ mark: String) -> Set<Substring> {
      let lines = Repository.text("scripts/benchmarks/" + file).split(separator: "\n")
      var found: Set<Substring> = []
      for (index, line) in lines.enumerated() where line.hasPrefix(mark) {
        // The name may stand on the next line.
        let rest = line.dropFirst(mark.count)
        let text = rest.isEmpty ? lines[index + 1].drop { $0 == "\t" } : rest
        found.insert(text.prefix { $0 != "," && $0 != ")" })
      }
      return found
    }
    let measured = names("primitives.bpf.c", "PRIMITIVE(")
    let byHand = names("hand_primitives.bpf.c", "HAND(")
    #expect(measured.count > 30)
    #expect(measured.subtracting(["base"]) == byHand)
  }

  /// Why a statistic has no trials of its own.
  private static let untried = [
    "hllimage": "the estimate is hll.h's; DataSketches reads it in scripts/test-c"
  ]
  /// Why a statistic has no size, or no line of its own where all are together.
  private static let unsized = [
    "moments": "one size", "sumsq": "one size", "extrema": "one size", "entropy": "one size",
    "hllimage": "of the host",
  ]
  /// Why a statistic costs no packet anything, or whose line tells it.
  private static let uncosted = [
    "hllimage": "of the host", "sumsq": "moments.h includes it",
  ]
}
