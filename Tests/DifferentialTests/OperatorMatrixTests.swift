import Compiler
import DataModel
import Diagnostics
import Operators
import Plan
import Reference
import TestSupport
import Testing

/// Every operator of the catalogue in every window with every accuracy: one value in all engines,
/// or one diagnostic that says why there is none.
@Suite("The whole catalogue")
struct OperatorMatrixTests {
  static let windows = ["WINDOW 2s", "WINDOW 2s SLIDE 500ms", "WINDOW 16 ITEMS"]
  static let accuracies = ["", "EXACT", "WITHIN 30%", "WITHIN RANK 20% CONFIDENCE 80%"]

  @Test("every operator has a meaning in the naive evaluator")
  func meanings() {
    #expect(NaiveOperators.names == Set(OperatorCatalogue.all.map(\.name)))
  }

  struct Cell: Sendable, CustomTestStringConvertible {
    let window: String
    let accuracy: String
    var testDescription: String { "\(window) \(accuracy)" }

    func feature(_ name: String, _ call: String) -> String {
      "\(name) = FOREACH K GENERATE \(call) \(accuracy) \(window);"
    }
  }

  static let cells = windows.flatMap { window in
    accuracies.map { Cell(window: window, accuracy: $0) }
  }

  /// Calls as each operator's example has them, and those of its choices that it does not show.
  static let calls: [(operation: any StreamOperator, call: String)] = {
    OperatorCatalogue.all.flatMap { operation in
      let example = operation.example.between("GENERATE ", and: " WI") ?? ""
      var calls = [example]
      for parameter in operation.parameters {
        guard case .choice(let words) = parameter.kind,
          let shown = words.first(where: { example.contains($0) })
        else { continue }
        calls += words.filter { $0 != shown }.map { word in
          example.parts(separatedBy: shown).joined(separator: word)
        }
      }
      return calls.map { (operation, $0) }
    }
  }()

  static let head = "P = PacketStream(\"eth0\");\nK = STREAM P BY IpProtocol;\n"

  @Test("one answer or one diagnostic", arguments: cells)
  func answers(cell: Cell) throws {
    var accepted: [String] = []
    for (operation, call) in Self.calls {
      let text = Self.head + "OUTPUT " + cell.feature("", call).dropFirst(3)
      var log = DiagnosticLog()
      let query = Compiler.compile(SourceText(name: "q.sal", text), reportingTo: &log)
      let errors = log.diagnostics.filter { $0.severity == .error }
      #expect((query == nil) == !errors.isEmpty, "\(text)")
      #expect(errors.count <= 1, "\(text): \(errors.map(\.message))")
      if errors.isEmpty { accepted.append(call) }
      for error in errors {
        #expect(error.message.contains(operation.name), "\(text): \(error.message)")
        #expect(error.notes.count + error.fixIts.count > 0 || error.message.count > 30, "\(text)")
      }
    }
    #expect(accepted.count >= (cell.accuracy.contains("RANK") ? 2 : 20), "\(accepted)")
    // Together, since a program takes longer to compile than to run.
    for start in stride(from: 0, to: accepted.count, by: 17) {
      try Self.verify(Array(accepted[start..<min(accepted.count, start + 17)]), cell)
    }
  }

  private static func verify(_ calls: [String], _ cell: Cell) throws {
    let features = calls.enumerated().map { cell.feature("F\($0)", $1) }
    let names = calls.indices.map { "F\($0)" }.joined(separator: ", ")
    let text = head + features.joined(separator: "\n") + "\nOUTPUT K (\(names));"
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(text)")
    var ways = [Way.host]
    if Requirement.kernel.isMet {
      ways.append(Way(engine: .kernel(cpus: 2), tableSets: 64))
    }
    try Comparison(text, frames, cell.testDescription).expect(ways)
  }

  static let frames: [CapturedFrame] = {
    var profile = PacketGenerator.Profile()
    profile.gap = 8_000_000
    var generator = PacketGenerator(seed: 31, profile: profile)
    return generator.frames(600)
  }()
}
