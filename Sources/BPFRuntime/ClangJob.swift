import CLibBPF
import Glibc

/// One compilation of emitted C for the BPF machine. Nothing of it stays behind: it works in a
/// private directory that is removed, and no shell is involved.
///
/// The same source and compiler give the same bytes; the directory's name is not in the object.
public struct ClangJob: Sendable {
  /// The compiler, see `Clang.locate()`.
  public var compiler: Clang
  /// Where `#include <…>` looks first: the data path's headers.
  public var includeDirectories: [String]
  /// How long the compiler may take.
  public var seconds: Int
  /// Whether the program is to load without CAP_PERFMON (`SAL_UNTRUSTED` of `sal/types.h`): the
  /// verifier then allows less, so frames with a VLAN tag take the general parser, and offsets into
  /// maps are masked once more. The answer and the layout are the same.
  public var withoutPerformanceMonitoring = false

  /// A job for `compiler` with the headers in `includeDirectories`.
  public init(compiler: Clang, includeDirectories: [String], seconds: Int = 60) {
    self.compiler = compiler
    self.includeDirectories = includeDirectories
    self.seconds = seconds
  }

  /// Compiles `source` to an ELF object.
  ///
  /// `companions` are texts that the source's `#line` directives name (the query): they are put
  /// beside the source, so that the line texts in BTF, and with them the verifier's log, show the
  /// query. Names are base names; `name` ends in `.c`.
  public func compile(
    _ source: String, name: String = "query.bpf.c", companions: [String: String] = [:]
  ) throws(BPFError) -> [UInt8] {
    for file in [name] + companions.keys where file.isEmpty || file.contains("/") {
      throw .invalidOption("'\(file)' is not the base name of a file")
    }
    // A signal that ends this process takes effect when the directory has been removed.
    var before = salbpf_signals()
    salbpf_hold_signals(&before)
    defer { salbpf_release_signals(&before) }
    return try compileInPrivate(source, name: name, companions: companions)
  }

  private func compileInPrivate(
    _ source: String, name: String, companions: [String: String]
  ) throws(BPFError) -> [UInt8] {
    var directory = try PrivateDirectory()
    try directory.write(source, to: name)
    let object = "salc-object.o"
    // A query may be called as our own files are; then the log shows it without its lines.
    for (companion, text) in companions.sorted(by: { $0.key < $1.key })
    where companion != name && companion != object {
      try directory.write(text, to: companion)
    }
    let result = try ChildProcess.run(
      arguments(source: name, object: directory.reserve(object)), in: directory.path,
      seconds: seconds)
    switch result.outcome {
    case .exited(0): return try directory.read(object)
    case .timedOut: throw .compilerTimedOut(compiler: compiler.path, seconds: seconds)
    default:
      throw .compilerFailed(
        compiler: compiler.path, outcome: "\(result.outcome)", diagnostics: result.output)
    }
  }

  private func arguments(source: String, object: String) -> [String] {
    var arguments = [
      compiler.path, "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-c", "-Wall",
      "-fno-color-diagnostics",
      // Swift's clang moves unlikely blocks into `salc_main.cold.1`, which libbpf 1.1 refuses.
      "-mllvm", "-hotcoldsplit-threshold=100000",
      // The object must not tell where it was made.
      "-fdebug-compilation-dir=.", "-Wno-unused-function",
    ]
    if withoutPerformanceMonitoring { arguments.append("-DSAL_UNTRUSTED") }
    for directory in includeDirectories { arguments += ["-I", directory] }
    // linux/types.h wants asm/types.h, which Debian keeps in the host's multiarch directory.
    if access(Self.multiarch, R_OK) == 0 { arguments += ["-idirafter", Self.multiarch] }
    return arguments + ["-o", object, source]
  }

  #if arch(arm64)
    private static let multiarch = "/usr/include/aarch64-linux-gnu"
  #else
    private static let multiarch = "/usr/include/x86_64-linux-gnu"
  #endif
}

/// Where the data path's headers lie.
public enum RuntimeHeaders {
  /// The directory that holds `sal/layout.h`: `$SALC_INCLUDE`; beside an installed salc
  /// (`../include/salc`, `../share/salc/include`); or the `runtime-bpf/include` of the package
  /// that this salc was built in, found upwards from the executable.
  public static func locate() throws(BPFError) -> String {
    var places: [String] = []
    if let chosen = environmentValue("SALC_INCLUDE") {
      places.append(chosen)
    } else if let executable = realpath("/proc/self/exe", nil) {
      defer { free(executable) }
      var parts = String(cString: executable).split(separator: "/").dropLast()
      let bin = "/" + parts.joined(separator: "/")
      places += ["\(bin)/../include/salc", "\(bin)/../share/salc/include"]
      while !parts.isEmpty {
        places.append("/" + parts.joined(separator: "/") + "/runtime-bpf/include")
        parts.removeLast()
      }
    }
    for place in places where access("\(place)/sal/layout.h", R_OK) == 0 { return place }
    throw .noRuntimeHeaders(tried: places)
  }
}
