import DataModel
import Plan
import TestSupport
import Testing

/// The naive evaluator is the judge of the engines; here it is judged itself.
@Suite("The naive evaluator agrees with the oracle")
struct NaiveOracleTests {
  @Test(
    "on the capture", .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: TestCaptures.names, Question.all)
  func agrees(capture: String, question: Question) throws {
    let oracle = try #require(Oracle.answers(of: capture))
    guard !question.isWindowed || Oracle.isOrdered(capture) else { return }
    let plan = try Query.plan(question.text)
    let rows = NaiveEvaluator.rows(
      of: plan, over: CaptureFile.frames(of: TestCaptures.path(capture)))
    var answers: Answers = [:]
    for row in rows { answers[plan.outputs[row.row.output].name, default: []].append(row.row) }
    question.check(answers, oracle)
  }
}
