import CodeGeneration
public import Diagnostics
public import Plan
import Planning
import Semantics
import Syntax

/// The five calls from text to a compiled query. No files, no clock, no processes.
public enum Compiler {
  /// Parses, resolves, optimizes, places and emits; nil once the log has an error.
  public static func compile(
    _ source: SourceText, options: CompileOptions = CompileOptions(),
    reportingTo log: inout DiagnosticLog
  ) -> CompiledQuery? {
    guard let plan = check(source, reportingTo: &log) else { return nil }
    let better = optimize(plan, without: options.disabledRules)
    let placed = place(better, policy: options.placement, target: options.target)
    let program = emit(placed, target: options.target, options: EmitOptions(source))
    return CompiledQuery(source: source, options: options, placed: placed, program: program)
  }

  /// Parses and resolves; nil once the log has an error.
  public static func check(
    _ source: SourceText, reportingTo log: inout DiagnosticLog
  ) -> LogicalPlan? {
    let tree = parse(source, reportingTo: &log)
    return resolve(tree, reportingTo: &log)
  }
}

extension EmitOptions {
  /// `#line` directives into a text, under its name.
  init(_ source: SourceText) {
    self.init(sourceName: source.baseName, text: String(decoding: source.utf8, as: UTF8.self))
  }
}
