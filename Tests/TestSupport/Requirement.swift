import Glibc

/// What a test needs beyond the repository. A test that cannot run says why and is counted.
///
/// Use as `@Test(.enabled(if: Requirement.kernel.isMet, Requirement.kernel.reason))`.
public enum Requirement: Sendable {
  /// Root with the right to make network namespaces and to load BPF programs. With
  /// `SALC_REQUIRE_KERNEL=1` it counts as met, so that its absence is a failure.
  case kernel
  /// The captures and oracle of `SALC_TEST_DATA`.
  case captures
  /// A program on `PATH`.
  case program(String)
  /// A package of the Python environment that `scripts/setup --tests` makes.
  case python(String)

  /// Whether the test can run.
  public var isMet: Bool {
    switch self {
    case .kernel: Self.isKernelRequired || Self.canUseKernel
    case .captures: Repository.testData != nil
    case .program(let name): Tool.find(name) != nil
    case .python(let name): Tool.run(Tool.python, ["-c", "import \(name)"]).exitCode == 0
    }
  }

  /// Why a test is skipped.
  public var reason: String {
    switch self {
    case .kernel: "needs the kernel: root, network namespaces and BPF"
    case .captures: "needs captures: SALC_TEST_DATA is not set"
    case .program(let name): "needs the program \(name)"
    case .python(let name): "needs Python with \(name): scripts/setup --tests"
    }
  }

  private static let isKernelRequired =
    getenv("SALC_REQUIRE_KERNEL").map { String(cString: $0) == "1" } ?? false

  private static let canUseKernel: Bool = {
    guard geteuid() == 0, let ip = Tool.find("ip") else { return false }
    let name = "salc-probe-\(getpid())"
    guard Tool.run(ip, ["netns", "add", name]).exitCode == 0 else { return false }
    return Tool.run(ip, ["netns", "delete", name]).exitCode == 0
  }()
}
