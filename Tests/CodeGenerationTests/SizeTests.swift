import BPFModel
import BPFRuntime
import CodeGeneration
import DataModel
import Operators
import Plan
import Planning
import TestSupport
import Testing

/// Every operator at its smallest and largest parameters and tables: the kernel takes it, and has
/// as much memory for it as was declared. A new operator is tried by its line in the catalogue.
@Suite(.serialized)
struct SizeTests {
  private static let smallest = CatalogueCall.all(.smallest)
  private static let largest = CatalogueCall.all(.largest)

  @Test(arguments: smallest)
  func theSmallestLoads(call: CatalogueCall) throws {
    try expectLoads(call.keyed(), sets: 2, compiler: 0)
    guard call.text.hasSuffix(")") else { return }  // with an accuracy: the same form again
    try expectLoads(
      call.global(window: "WINDOW 2s SLIDE 1s"), sets: 2, compiler: 1, unlessRefused: true)
  }

  @Test(arguments: largest)
  func theLargestLoads(call: CatalogueCall) throws {
    try expectLoads(call.keyed(window: "WINDOW 1h"), sets: 1 << 14, compiler: 1)
  }

  /// Placement declares at least what the program's layout takes, whatever the operator; and the
  /// parts of the layout are within its whole.
  @Test(arguments: smallest + largest)
  func stateIsWithinWhatIsDeclared(call: CatalogueCall) throws {
    let placed = try placed(call.keyed(), policy: .dataPath)
    let program = try #require(emit(placed, target: .xdp))
    let size = StateSize(.xdp)
    let aggregations = placed.plan.aggregations.indices.filter {
      placed.aggregations[$0].isInDataPath
    }
    let declared =
      aggregations.reduce(0) { $0 + size.bytes(of: placed.plan.aggregations[$1]) }
      + placed.exports.reduce(0) { $0 + size.bytes(of: $1) }
    #expect(program.stateBytes <= declared + 64 << 10, "\(call)")
    let tables = program.layout.tables
    #expect(tables.reduce(0) { $0 + $1.bytes } <= program.stateBytes)
    // What EXPLAIN shows of an aggregation is all of its entries and no more than declared.
    for table in tables {
      guard case .aggregation(let index) = table.owner else { continue }
      #expect(table.bytes <= size.bytes(of: placed.plan.aggregations[index]), "\(call)")
      #expect(table.offset + table.bytes <= program.layout.halfBytes)
    }
  }

  private func expectLoads(
    _ text: String, sets: Int, compiler: Int, unlessRefused: Bool = false
  ) throws {
    if unlessRefused && (try? Query.plan(text)) == nil { return }
    try #require(!Compilers.all.isEmpty, "no clang with a BPF target")
    let program = try emitted(text, policy: .dataPath, tableSets: sets)
    let clang = Compilers.all[compiler % Compilers.all.count]
    let job = ClangJob(compiler: clang, includeDirectories: [try RuntimeHeaders.locate()])
    var object = try BPFObject.open(try job.compile(program.source))
    try object.configure(
      BPFObject.Configuration(cpus: 1, ringBytes: 1 << 16, frags: false, seed: 1))
    let loaded = try object.load()
    let state = try loaded.mapState()
    #expect(state.half(cpu: 0, epoch: 0).count == program.stateBytes, "\(text)")
    #expect(program.stateBytes == program.layout.halfBytes)
  }
}
