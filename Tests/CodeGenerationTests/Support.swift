import BPFModel
import BPFRuntime
import CodeGeneration
import DataModel
import Diagnostics
import Glibc
import Plan
import Planning
import Semantics
import Syntax
import Testing

/// Compiles query text down to C, as the compiler does.
func emitted(
  _ text: String, policy: PlacementPolicy = .automatic, target: TargetProfile = .xdp,
  tableSets: Int? = nil, name: String = "q.sal"
) throws -> EmittedProgram {
  let placed = try placed(text, policy: policy, target: target)
  let options = EmitOptions(tableSets: tableSets, sourceName: name, text: text)
  return try #require(emit(placed, target: target, options: options))
}

func placed(
  _ text: String, policy: PlacementPolicy = .automatic, target: TargetProfile = .xdp
) throws -> PlacedPlan {
  var log = DiagnosticLog()
  let tree = parse(SourceText(name: "q.sal", text), reportingTo: &log)
  let plan = resolve(tree, reportingTo: &log)
  return place(
    optimize(try #require(plan, "\(log.diagnostics)")), policy: policy, target: target)
}

/// The compilers that must take the C: Debian's and the Swift toolchain's, where they are.
enum Compilers {
  static let all: [Clang] = {
    var found: [Clang] = []
    for path in Clang.candidates() {
      guard let clang = try? Clang.probe(path) else { continue }
      if !found.contains(where: { $0.version == clang.version }) { found.append(clang) }
    }
    return found
  }()
}
