import BPFModel
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
    let checked = check(
      source, takesPackets: options.takesPackets, bindings: options.bindings, reportingTo: &log)
    guard let plan = checked else { return nil }
    let better = optimize(plan, without: options.disabledRules)
    let query = cut(better, source, options)
    guard let program = query.program, !program.fits(options.target) else { return query }
    // More than the machine's limits: the data path only decodes.
    var onHost = options
    onHost.placement = .host
    return cut(better, source, onHost)
  }

  private static func cut(
    _ plan: LogicalPlan, _ source: SourceText, _ options: CompileOptions
  ) -> CompiledQuery {
    let placed = place(plan, policy: options.placement, target: options.target)
    let program = emit(placed, target: options.target, options: EmitOptions(source))
    return CompiledQuery(source: source, options: options, placed: placed, program: program)
  }

  /// Parses and resolves; nil once the log has an error.
  public static func check(
    _ source: SourceText, takesPackets: Bool = false, bindings: [String: String] = [:],
    reportingTo log: inout DiagnosticLog
  ) -> LogicalPlan? {
    let tree = parse(source, reportingTo: &log)
    return resolve(tree, takesPackets: takesPackets, bindings: bindings, reportingTo: &log)
  }
}

extension EmitOptions {
  /// `#line` directives into a text, under its name.
  init(_ source: SourceText) {
    self.init(sourceName: source.baseName, text: String(decoding: source.utf8, as: UTF8.self))
  }
}

extension EmittedProgram {
  /// Whether the program keeps to the target's limits as far as they show before clang has seen it;
  /// its object is held against them before it is loaded.
  func fits(_ target: TargetProfile) -> Bool {
    instructions <= target.instructionsMax && layout.halfBytes <= target.halfBytesMax
  }
}
