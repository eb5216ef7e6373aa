import Diagnostics
import Glibc
import TestSupport
import Testing

/// Random programs over the whole language: every engine gives the naive evaluator's rows.
///
/// `SALC_SEEDS=FIRST-END` takes other seeds than the first ones; a failing one is printed with the
/// fewest statements and tuples that still fail. `SALC_PROGRAM_LOG=FILE` keeps a line of each, and
/// `SALC_PROGRAM_DIRECTORY=DIR` the files of the last.
@Suite("Generated programs")
struct GeneratedProgramTests {
  @Test("on the host", arguments: Seeds.range(24))
  func host(seed: Int) throws { try expect(.host, seed) }

  @Test(
    "in the kernel", .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    arguments: Seeds.range(6))
  func kernel(seed: Int) throws { try expect(.kernel, seed) }

  @Test("most are accepted, and what is refused is told where")
  func refusals() {
    let seeds = Seeds.range(200)
    var refused = 0
    for seed in seeds {
      let program = ProgramGenerator.program(seed)
      let text = program.text(paths: program.sources.map { "\($0.name).\($0.kind)" })
      let answer = Query.answer(SourceText(name: "program.sal", text))
      guard answer.plan == nil else { continue }
      refused += 1
      #expect(!answer.diagnostics.isEmpty, "\(text)")
    }
    // Of a few seeds asked for all may be refused.
    guard seeds.count >= 50 else { return }
    #expect(Double(refused) < 0.3 * Double(seeds.count), "\(refused) of \(seeds)")
  }

  private func expect(_ place: ProgramCheck.Place, _ seed: Int) throws {
    let program = ProgramGenerator.program(seed)
    Self.note(
      "\(program.text(paths: program.sources.map { "\($0.name).\($0.kind)" }))seed \(seed)")
    let check: ProgramCheck
    do { check = try ProgramCheck(program) } catch let refused as Query.Refused {
      Self.note("REFUSED \(seed): \(refused)")
      return
    }
    let findings: [String]
    do { findings = try check.findings(place, seed: seed) } catch { findings = ["\(error)"] }
    guard !findings.isEmpty else {
      Self.note("fine \(seed): \(check.exact.count) rows")
      return
    }
    let smallest = program.smallest(place, seed: seed)
    let again = try? ProgramCheck(smallest)
    let rest = (try? again?.findings(place, seed: seed)) ?? []
    Self.note("FAILED \(seed): \(rest)\n\(smallest.sources)\n\(again?.text ?? "")")
    Issue.record("seed \(seed): \(rest)\n\(smallest.sources)\n\(again?.text ?? "")\n\(findings)")
  }

  /// What a campaign over many seeds is read by: a line before each, so that a crash has a name.
  private static func note(_ line: String) {
    guard let path = getenv("SALC_PROGRAM_LOG").map({ String(cString: $0) }),
      let file = fopen(path, "a")
    else { return }
    fputs(line + "\n", file)
    fclose(file)
  }
}
