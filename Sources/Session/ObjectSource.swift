import BPFModel
import BPFRuntime
public import Compiler
import Synchronization

/// Objects by the C that they were made of: queries come and go, and clang takes a tenth of a
/// second for what it has compiled before.
final class ObjectCache: Sendable {
  /// Objects kept; they have some ten KiB each.
  private static let limit = 64

  private struct Entries {
    var objects: [String: [UInt8]] = [:]
    /// Texts by age, the oldest first.
    var order: [String] = []
  }

  private let entries = Mutex(Entries())

  /// The ELF object of a union's program: that of the bundle, one made before, or made by clang
  /// now. `forThisProcess`: as this process may load it, which without CAP_PERFMON is another
  /// object than a bundle brings. `overBudget` where its stack or instructions exceed the target's.
  func object(
    of union: CompiledUnion, forThisProcess: Bool = true
  ) throws(BPFError) -> [UInt8] {
    let object = try unchecked(union, forThisProcess: forThisProcess)
    if let target = union.queries.first?.options.target,
      let excess = ObjectFacts(object)?.excess(over: target)
    {
      throw .overBudget(excess)
    }
    return object
  }

  private func unchecked(
    _ union: CompiledUnion, forThisProcess: Bool
  ) throws(BPFError) -> [UInt8] {
    let isUntrusted = forThisProcess && !Capability.performanceMonitoring.isHeld
    let brought = union.object.flatMap { $0.isEmpty ? nil : $0 }
    if let brought, !isUntrusted { return brought }
    guard let text = union.emittedC else {
      preconditionFailure("only a query with a program has an object")
    }
    if let known = entries.withLock({ $0.objects[text] }) { return known }
    let compiler: Clang
    do throws(BPFError) {
      compiler = try Clang.locate()
    } catch {
      guard brought != nil else { throw error }
      throw .notPermitted(
        operation: "the bundle's program cannot be loaded, and there is no clang to make another",
        missing: [.performanceMonitoring])
    }
    var job = ClangJob(compiler: compiler, includeDirectories: [try RuntimeHeaders.locate()])
    job.withoutPerformanceMonitoring = isUntrusted
    // The verifier's log shows the lines that `#line` names, so the queries lie beside the C.
    let object = try job.compile(text, companions: union.lineFiles)
    entries.withLock { entries in
      guard entries.objects.updateValue(object, forKey: text) == nil else { return }
      entries.order.append(text)
      if entries.order.count > Self.limit {
        entries.objects[entries.order.removeFirst()] = nil
      }
    }
    return object
  }
}

extension Session {
  /// The object of a query's program, compiled now; empty where it has none. For bundles.
  public static func object(of query: CompiledQuery) throws(SessionError) -> [UInt8] {
    guard query.emittedC != nil else { return [] }
    do {
      return try ObjectCache().object(of: CompiledUnion([query]), forThisProcess: false)
    } catch {
      throw .dataPath(error)
    }
  }
}

extension CompiledQuery {
  /// The query with its object, as EXPLAIN shows it: compiled now where a bundle brought none.
  ///
  /// Where a run would retreat from the object, the query that it would run instead. `remark` takes
  /// why there is no object, or why there is a retreat.
  public func withObject(remark: (String) -> Void) -> CompiledQuery {
    guard object == nil, emittedC != nil else { return self }
    var query = self
    do throws(SessionError) {
      query.object = try Session.object(of: self)
      return query
    } catch {
      guard let reason = error.reasonForHost, placementWord != "host",
        let retreat = withOperatorsOnHost()
      else {
        remark("\(error)")
        return self
      }
      remark(reason)
      query = retreat
      query.object = try? Session.object(of: retreat)
      return query
    }
  }
}
