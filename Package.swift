// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built with these; see ARCHITECTURE.md, "Settings".
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// Compile-side modules and decoders of untrusted text: every unsafe expression must say so.
let safe: [SwiftSetting] = strict + [.strictMemorySafety()]

/// Modules with per-tuple loops: exclusivity is checked in debug builds and tests only.
let hot: [SwiftSetting] =
  strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// The modules and the only edges between them (`Tests/TidyTests` holds the imports to this table).
let modules: [Target] = [
  .target(
    name: "CRuntimeBPF", path: "runtime-bpf", exclude: ["native", "examples"],
    sources: ["anchor.c"],
    publicHeadersPath: "include", linkerSettings: [.linkedLibrary("m")]),
  // What its macros make, of chosen sizes: an example for others, and for the tests.
  .target(
    name: "CStatistics", dependencies: ["CRuntimeBPF"], path: "runtime-bpf/examples/CStatistics"),
  .target(
    name: "CLibBPF", path: "Sources/CLibBPF",
    linkerSettings: [.linkedLibrary("bpf"), .linkedLibrary("elf"), .linkedLibrary("z")]),
  .systemLibrary(
    name: "CSQLite", path: "Sources/CSQLite", providers: [.apt(["libsqlite3-dev"])]),
  .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
  .target(name: "CSockets", path: "Sources/CSockets"),
  .target(name: "CText", path: "Sources/CText"),
  .target(name: "CStable", path: "Sources/CStable", linkerSettings: [.linkedLibrary("m")]),
  .target(name: "CTerminal", path: "Sources/CTerminal"),
  .target(name: "Diagnostics", swiftSettings: safe),
  .target(name: "DataModel", swiftSettings: hot),
  .target(name: "Threads", swiftSettings: hot),
  .target(name: "Syntax", dependencies: ["Diagnostics"], swiftSettings: safe),
  .target(
    name: "Kernels", dependencies: ["DataModel", "CRuntimeBPF", "CStable"], swiftSettings: hot),
  .target(name: "BPFModel", dependencies: ["DataModel"], swiftSettings: safe),
  .target(
    name: "Operators", dependencies: ["DataModel", "BPFModel", "Kernels", "CRuntimeBPF"],
    swiftSettings: strict),
  .target(
    name: "Plan", dependencies: ["DataModel", "Operators", "Diagnostics"], swiftSettings: safe),
  .target(
    name: "Semantics", dependencies: ["Diagnostics", "DataModel", "Syntax", "Operators", "Plan"],
    swiftSettings: safe),
  .target(
    name: "Planning", dependencies: ["Diagnostics", "DataModel", "Operators", "Plan", "BPFModel"],
    swiftSettings: safe),
  .target(
    name: "CodeGeneration", dependencies: ["DataModel", "BPFModel", "Operators", "Plan"],
    swiftSettings: safe),
  .target(
    name: "Compiler",
    dependencies: [
      "Diagnostics", "DataModel", "Syntax", "BPFModel", "Operators", "Plan", "Semantics",
      "Planning", "CodeGeneration",
    ], swiftSettings: safe),
  .target(
    name: "Capture",
    dependencies: ["DataModel", "Kernels", "CRuntimeBPF", "CZlib", "CSockets", "CText"],
    swiftSettings: hot),
  .target(
    name: "HostRuntime", dependencies: ["DataModel", "Kernels", "Operators", "Plan", "Threads"],
    swiftSettings: hot),
  .target(
    name: "BPFRuntime", dependencies: ["BPFModel", "DataModel", "CLibBPF"], swiftSettings: hot),
  .target(
    name: "Reference", dependencies: ["DataModel", "Operators", "Plan"], swiftSettings: strict),
  .target(
    name: "Sinks",
    dependencies: [
      "DataModel", "Threads", .byName(name: "CSQLite", condition: .when(traits: ["SQLite"])),
    ],
    swiftSettings: hot),
  .target(
    name: "Terminal", dependencies: ["DataModel", "Sinks", "Threads", "CTerminal"],
    swiftSettings: strict),
  .target(
    name: "Session",
    dependencies: [
      "Compiler", "HostRuntime", "BPFRuntime", "Capture", "Sinks", "Diagnostics",
      "DataModel",
      "Plan", "BPFModel", "Threads",
    ], swiftSettings: hot),
  .target(name: "CLineEditing", path: "Sources/CLineEditing"),
  .target(
    name: "Shell",
    dependencies: [
      "Session", "Compiler", "Semantics", "Syntax", "Plan", "Operators", "Sinks", "DataModel",
      "Diagnostics", "Terminal", "CLineEditing", "Threads",
    ], swiftSettings: strict),
  .executableTarget(
    name: "salc",
    dependencies: [
      "Shell",
      "Session", "Compiler", "Diagnostics", "DataModel", "Plan", "Reference", "Sinks",
      "Terminal",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ], swiftSettings: strict),
]

let tests: [Target] = [
  .target(
    name: "TestSupport",
    dependencies: [
      "Diagnostics", "DataModel", "Syntax", "Operators", "Plan", "Semantics", "Planning",
      "Reference",
    ],
    path: "Tests/TestSupport", swiftSettings: strict),
  .testTarget(
    name: "DifferentialTests",
    dependencies: [
      "TestSupport", "Reference", "Diagnostics", "DataModel", "Plan", "Planning", "BPFModel",
      "BPFRuntime", "Capture", "Compiler", "Kernels", "Operators", "Session", "Sinks",
      "CRuntimeBPF",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "FuzzTests", dependencies: ["TestSupport", "Diagnostics", "Plan", "Syntax"],
    swiftSettings: strict),
  .testTarget(
    name: "LiveTests",
    dependencies: [
      "TestSupport", "Reference", "DataModel", "Diagnostics", "Compiler", "BPFRuntime", "Sinks",
      "Session", "salc",
    ], exclude: ["Fixtures"], swiftSettings: strict),
  .testTarget(
    name: "OracleTests", dependencies: ["TestSupport", "Reference", "DataModel", "Plan"],
    swiftSettings: strict),
  .testTarget(
    name: "TidyTests", dependencies: ["TestSupport", "DataModel", "Operators"],
    swiftSettings: strict),
  .testTarget(
    name: "KernelsTests",
    dependencies: [
      "TestSupport", "Kernels", "DataModel", "CRuntimeBPF", "CStatistics", "CStable",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "HostRuntimeTests",
    dependencies: [
      "TestSupport", "HostRuntime", "Kernels", "DataModel", "Operators", "Plan", "Diagnostics",
      "Threads",
      "CRuntimeBPF",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "SessionTests", dependencies: ["BPFRuntime", "Session", "TestSupport"],
    swiftSettings: strict),
  .testTarget(
    name: "BPFRuntimeTests", dependencies: ["BPFRuntime"], exclude: ["Fixtures"],
    swiftSettings: strict),
  .testTarget(
    name: "SemanticsTests",
    dependencies: [
      "TestSupport", "Semantics", "Syntax", "Plan", "Operators", "DataModel", "Diagnostics",
    ], swiftSettings: strict),
  .testTarget(
    name: "PlanningTests",
    dependencies: [
      "Planning", "Semantics", "Syntax", "Plan", "BPFModel", "Operators", "DataModel",
      "Diagnostics",
    ], swiftSettings: strict),
  .testTarget(
    name: "BPFModelTests", dependencies: ["BPFModel", "DataModel"], swiftSettings: strict),
  .testTarget(
    name: "CodeGenerationTests",
    dependencies: [
      "TestSupport", "CodeGeneration", "BPFModel", "BPFRuntime", "Planning", "Semantics",
      "Syntax", "Plan", "Operators", "DataModel", "Diagnostics",
    ], swiftSettings: strict),
  .testTarget(
    name: "ShellTests",
    dependencies: ["Shell", "TestSupport", "Compiler", "Plan", "DataModel", "Diagnostics"],
    swiftSettings: strict),
  .testTarget(
    name: "CommandTests", dependencies: ["TestSupport", "DataModel", "Reference"],
    swiftSettings: strict),
  .testTarget(
    name: "SinksTests", dependencies: ["Sinks", "DataModel", "TestSupport"],
    swiftSettings: strict),
  .testTarget(
    name: "TerminalTests", dependencies: ["Terminal", "Sinks", "DataModel", "TestSupport"],
    swiftSettings: strict),
  .testTarget(
    name: "CaptureTests",
    dependencies: ["TestSupport", "Capture", "CRuntimeBPF", "CText", "CZlib", "DataModel"],
    swiftSettings: strict),
  .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"], swiftSettings: strict),
  .testTarget(
    name: "SyntaxTests", dependencies: ["TestSupport", "Diagnostics", "Syntax"],
    swiftSettings: strict),
]

/// `SALC_TESTS=SinksTests,CommandTests` builds these test targets only; see CONTRIBUTING.md.
let chosen = Context.environment["SALC_TESTS"].map { $0.split(separator: ",").map(String.init) }
let builtTests = tests.filter { test in
  test.type != .test || chosen?.contains(test.name) ?? true
}

let package = Package(
  name: "salc",
  products: [.executable(name: "salc", targets: ["salc"])],
  traits: [
    .trait(name: "SQLite", description: "The sink of databases; needs libsqlite3."),
    .default(enabledTraits: ["SQLite"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: modules + builtTests)
