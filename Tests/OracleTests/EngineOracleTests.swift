import TestSupport
import Testing

/// The exact answers, asked of what users run.
@Suite(
  "The engines agree with the oracle",
  .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"))
struct EngineOracleTests {
  @Test("on the host", arguments: Exam.all)
  func host(exam: Exam) throws { try exam.expectRight(.host) }

  @Test(
    "in the kernel", .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    arguments: Exam.all, [Engine.roomy, .crowded])
  func kernel(exam: Exam, engine: Engine) throws { try exam.expectRight(engine) }
}

/// Questions that are one program, and the captures that they may be asked of.
struct Exam: Sendable, CustomStringConvertible {
  let description: String
  let questions: [Question]
  let captures: [String]

  static let all = [
    Exam(
      description: "whole captures", questions: Question.whole, captures: TestCaptures.names),
    Exam(
      description: "windows", questions: Question.windowed,
      captures: TestCaptures.names.filter(Oracle.isOrdered)),
  ]

  func expectRight(_ engine: Engine) throws {
    let program = try PreparedProgram(
      Program(description, questions.map(\.statements)), engine)
    #expect(!captures.isEmpty)
    for capture in captures {
      let answers = try program.answers(over: capture)
      let oracle = try #require(Oracle.answers(of: capture))
      for question in questions {
        let differences = question.differences(answers, oracle)
        #expect(differences.isEmpty, "\(question) of \(capture)")
      }
    }
  }
}
