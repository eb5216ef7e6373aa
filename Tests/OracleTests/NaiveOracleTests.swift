import Reference
import TestSupport
import Testing

/// The naive evaluator is the judge of the engines; here it is judged itself.
@Suite("The naive evaluator agrees with the oracle")
struct NaiveOracleTests {
  @Test(
    "on whole captures",
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: TestCaptures.names, Question.whole)
  func whole(capture: String, question: Question) throws {
    try expectRight(capture, question)
  }

  @Test(
    "on windows", .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: TestCaptures.names.filter(Oracle.isOrdered), Question.windowed)
  func windows(capture: String, question: Question) throws {
    try expectRight(capture, question)
  }

  private func expectRight(_ capture: String, _ question: Question) throws {
    let oracle = try #require(Oracle.answers(of: capture))
    let plan = try Query.plan(question.program.text)
    let rows = NaiveEvaluator.rows(
      of: plan, over: CaptureFile.frames(of: TestCaptures.path(capture)))
    let differences = question.differences(Answers(rows, of: plan), oracle)
    #expect(differences.isEmpty)
  }
}
