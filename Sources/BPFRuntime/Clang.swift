import Glibc

/// A clang that can compile for BPF.
public struct Clang: Sendable, Hashable {
  /// Absolute path of the executable.
  public let path: String
  /// Its first line of `--version`, for reports and bundles.
  public let version: String

  /// Takes a clang at its word, as one recorded earlier; `probe(_:)` asks it.
  public init(path: String, version: String) {
    self.path = path
    self.version = version
  }

  /// Asks the clang at `path`; `noCompiler` with the reason if it has no `bpf` target.
  public static func probe(_ path: String) throws(BPFError) -> Clang {
    guard access(path, X_OK) == 0 else { throw .noCompiler(tried: ["\(path): not there"]) }
    let targets = try ChildProcess.run([path, "--print-targets"], seconds: 20)
    let names = targets.output.split(separator: "\n").map {
      $0.drop { $0 == " " }.prefix { $0 != " " }
    }
    guard targets.outcome == .exited(0), names.contains("bpf") else {
      throw .noCompiler(tried: ["\(path): no bpf target"])
    }
    let version = try ChildProcess.run([path, "--version"], seconds: 20)
    return Clang(
      path: path, version: version.output.split(separator: "\n").first.map(String.init) ?? "clang")
  }

  /// The clang to use: `$SALC_CLANG` and no other if it is set; else the one beside `swiftc` or
  /// `swift` (the toolchain's own), then `clang-21` down to `clang-14`, then `clang`, on PATH.
  public static func locate() throws(BPFError) -> Clang {
    if let chosen = environmentValue("SALC_CLANG") {
      let path = chosen.contains("/") ? chosen : (onPath(chosen).first ?? chosen)
      do throws(BPFError) {
        return try probe(path)
      } catch .noCompiler(let tried) {
        throw .noCompiler(tried: tried.map { "SALC_CLANG=\($0)" })
      }
    }
    var tried: [String] = []
    for candidate in candidates() {
      do throws(BPFError) {
        return try probe(candidate)
      } catch .noCompiler(let reasons) {
        tried += reasons
      } catch {
        tried.append("\(candidate): \(error)")
      }
    }
    throw .noCompiler(tried: tried.isEmpty ? ["no clang on PATH"] : tried)
  }

  /// The paths that `locate()` looks at, in order, without `$SALC_CLANG`.
  public static func candidates() -> [String] {
    var paths: [String] = []
    for tool in onPath("swiftc") + onPath("swift") {
      // A toolchain is often reached by a link; clang lies beside the real file.
      for place in [tool, resolved(tool)] {
        let clang = place.prefix(upTo: place.lastIndex(of: "/")!) + "/clang"
        paths.append(String(clang))
      }
    }
    for version in stride(from: 21, through: 14, by: -1) { paths += onPath("clang-\(version)") }
    paths += onPath("clang")
    var seen: Set<String> = []
    return paths.filter { access($0, X_OK) == 0 && seen.insert(resolved($0)).inserted }
  }

  private static func onPath(_ name: String) -> [String] {
    (environmentValue("PATH") ?? "/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/\(name)" }
      .filter { $0.hasPrefix("/") && access($0, X_OK) == 0 }
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}
