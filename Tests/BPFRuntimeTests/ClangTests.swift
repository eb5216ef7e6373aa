import BPFRuntime
import Glibc
import Testing

@Suite struct ClangTests {
  @Test func aCompilerIsFound() throws {
    let clang = try Clang.locate()
    #expect(clang.version.contains("clang"))
    #expect(Fixture.compilers.contains(clang))
  }

  @Test(arguments: Fixture.compilers) func theSameSourceGivesTheSameBytes(_ clang: Clang) throws {
    let first = try Fixture.object(clang)
    #expect(first.prefix(4) == [0x7f, 0x45, 0x4c, 0x46])
    #expect(try Fixture.object(clang) == first)
  }

  @Test func aSourceThatDoesNotCompileTellsWhere() throws {
    let error = try #require(throws: BPFError.self) {
      try Fixture.job().compile("int salc_main(void) {\n  return missing;\n}\n", name: "bad.c")
    }
    guard case .compilerFailed(_, let outcome, let diagnostics) = error else {
      Issue.record("not a compiler's refusal: \(error)")
      return
    }
    #expect(outcome == "exit code 1")
    #expect(diagnostics.contains("bad.c:2:10: error: use of undeclared identifier 'missing'"))
  }

  @Test func aPathThatIsNoClangIsRefusedWithItsReason() throws {
    for (path, reason) in [("/nowhere/clang", "not there"), ("/bin/true", "no bpf target")] {
      let error = try #require(throws: BPFError.self) { try Clang.probe(path) }
      #expect("\(error)".contains("\(path): \(reason)"))
    }
  }

  @Test func namesWithDirectoriesAreRefused() throws {
    let error = try #require(throws: BPFError.self) {
      try Fixture.job().compile("", name: "../x.c")
    }
    #expect("\(error)".contains("'../x.c' is not the base name of a file"))
  }

  @Test func theHeadersAreFoundFromTheExecutable() throws {
    #expect(access(try RuntimeHeaders.locate() + "/sal/layout.h", R_OK) == 0)
  }

  @Test func theUsersChoiceIsTheOnlyOne() async {
    await #expect(processExitsWith: .success) {
      setenv("SALC_CLANG", "true", 1)
      let compiler = try #require(throws: BPFError.self) { try Clang.locate() }
      #expect("\(compiler)".contains("/true: no bpf target)"))
      setenv("SALC_INCLUDE", "/nowhere", 1)
      let headers = try #require(throws: BPFError.self) { try RuntimeHeaders.locate() }
      #expect("\(headers)".hasSuffix("(looked in: /nowhere)"))
    }
  }

  /// In a process of their own, because they change the environment.
  @Test func nothingStaysBehindAndTimeIsKept() async {
    await #expect(processExitsWith: .success) {
      var template = Array("/tmp/salc-test-XXXXXX".utf8CString)
      let made = try #require(template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) })
      let place = String(cString: made)
      defer { rmdir(place) }
      setenv("TMPDIR", place, 1)
      _ = try Fixture.object()
      #expect(try entries(of: place) == [])

      // A compiler that starts another program and never ends.
      let slow = "\(place)/slow"
      let script = try #require(fopen(slow, "w"))
      fputs("#!/bin/sh\necho started >&2\nsleep 100\n", script)
      fclose(script)
      chmod(slow, 0o700)
      defer { unlink(slow) }
      var job = try Fixture.job()
      job.compiler = Clang(path: slow, version: "slow")
      job.seconds = 1
      let start = time(nil)
      let error = try #require(throws: BPFError.self) { try job.compile("", name: "x.c") }
      #expect("\(error)".contains("was still compiling after 1 s"))
      #expect(time(nil) - start < 20)
      #expect(try entries(of: place) == ["slow"])
    }
  }
}

/// The names in a directory.
private func entries(of path: String) throws -> [String] {
  let directory = try #require(opendir(path))
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}
