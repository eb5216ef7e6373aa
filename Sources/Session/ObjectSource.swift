import BPFRuntime
public import Compiler
import Diagnostics

extension CompiledQuery {
  /// The program's ELF object: that of the bundle, or made by clang now.
  func objectBytes() throws(BPFError) -> [UInt8] {
    if let object, !object.isEmpty { return object }
    guard let text = emittedC else {
      preconditionFailure("only a query with a program has an object")
    }
    let job = ClangJob(
      compiler: try Clang.locate(), includeDirectories: [try RuntimeHeaders.locate()])
    // The verifier's log shows the lines that `#line` names, so the query lies beside the C.
    return try job.compile(
      text, companions: [lineFileName: String(decoding: source.utf8, as: UTF8.self)])
  }
}

extension Session {
  /// The object of a query's program, compiled now; empty where it has none. For bundles.
  public static func object(of query: CompiledQuery) throws(SessionError) -> [UInt8] {
    guard query.emittedC != nil else { return [] }
    do { return try query.objectBytes() } catch { throw .dataPath(error) }
  }
}
