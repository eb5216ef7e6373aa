import TestSupport
import Testing

@Suite("The package without its traits") struct TraitTests {
  /// What differs is in this module alone; the whole build takes minutes.
  @Test("sinks are right Swift where SQLite is left out")
  func withoutSQLite() throws {
    let compiler = try #require(Tool.find("swiftc"))
    let built = Tool.salc.dropLast("/salc".count)
    let files = Repository.files(below: "Sources/Sinks").filter { $0.hasSuffix(".swift") }
    let conditional = files.filter { Repository.text($0).contains("#if SQLite") }
    #expect(conditional.count >= 2 && files.count > conditional.count)
    let outcome = Tool.run(
      compiler,
      [
        "-typecheck", "-parse-as-library", "-swift-version", "6", "-package-name", "salc",
        "-enable-upcoming-feature", "ExistentialAny",
        "-enable-upcoming-feature", "MemberImportVisibility",
        "-enable-upcoming-feature", "InternalImportsByDefault",
        "-module-name", "Sinks", "-I", built + "/Modules",
      ] + files.map { Repository.root + "/" + $0 })
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
  }
}
