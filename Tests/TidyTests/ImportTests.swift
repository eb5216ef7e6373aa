import TestSupport
import Testing

/// Who may import whom: the table of ARCHITECTURE.md. A new edge needs a decision file.
private let edges: [String: Set<String>] = [
  "Diagnostics": [],
  "DataModel": [],
  "Threads": [],
  "Kernels": ["DataModel", "CRuntimeBPF", "CStable"],
  "Syntax": ["Diagnostics"],
  "BPFModel": ["DataModel"],
  "Operators": ["DataModel", "BPFModel", "Kernels", "CRuntimeBPF"],
  "Plan": ["DataModel", "Operators", "Diagnostics"],
  "Semantics": ["Diagnostics", "DataModel", "Syntax", "Operators", "Plan"],
  "Planning": ["Diagnostics", "DataModel", "Operators", "Plan", "BPFModel"],
  "CodeGeneration": ["DataModel", "BPFModel", "Operators", "Plan"],
  "Compiler": [
    "Diagnostics", "DataModel", "Syntax", "BPFModel", "Operators", "Plan", "Semantics", "Planning",
    "CodeGeneration",
  ],
  "Capture": ["DataModel", "Kernels", "CRuntimeBPF", "CZlib", "CSockets", "CText"],
  "HostRuntime": ["DataModel", "Kernels", "Operators", "Plan", "Threads"],
  "BPFRuntime": ["BPFModel", "DataModel", "CLibBPF"],
  "Reference": ["DataModel", "Operators", "Plan"],
  "Sinks": ["DataModel", "CSQLite", "Threads"],
  "Terminal": ["DataModel", "Sinks", "Threads", "CTerminal"],
  "Session": [
    "Compiler", "HostRuntime", "BPFRuntime", "Capture", "Sinks", "Diagnostics",
    "DataModel", "Plan",
    "BPFModel", "Threads",
  ],
  "Shell": [
    "Session", "Compiler", "Semantics", "Syntax", "Plan", "Operators", "Sinks", "DataModel",
    "Diagnostics", "Terminal", "CLineEditing", "Threads",
  ],
  "salc": [
    "Shell",
    "Session", "Compiler", "Diagnostics", "DataModel", "Plan", "Reference", "Sinks",
    "Terminal", "ArgumentParser",
  ],
]

/// Modules of the system that any module may import, and those of them that know files, clocks and
/// processes.
private let system: Set<String> = ["Glibc", "Synchronization"]
private let effects: Set<String> = ["Glibc"]

/// The modules that know no file, clock or process, and so no Glibc.
private let pure: Set<String> = [
  "Diagnostics", "DataModel", "Syntax", "BPFModel", "Operators", "Plan", "Semantics", "Planning",
  "CodeGeneration", "Compiler", "Reference",
]

@Suite("Imports run one way")
struct ImportTests {
  /// The modules' declared dependencies, and those of the test targets.
  static let declared = dependencies(inList: "modules")
  static let declaredByTests = dependencies(inList: "tests")

  /// The dependencies of a list of targets, out of the text of Package.swift.
  private static func dependencies(inList list: String) -> [String: Set<String>] {
    let text = Repository.text("Package.swift")
    let list = text.between("let \(list): [Target] = [", and: "\n]\n") ?? ""
    let targets = list.parts(separatedBy: "arget(").flatMap { $0.parts(separatedBy: "Library(") }
    var result: [String: Set<String>] = [:]
    for target in targets {
      guard let name = target.between("name: \"", and: "\"") else { continue }
      let rest = target.parts(separatedBy: "dependencies: [").dropFirst().joined()
      let list = rest.contains(".product(") ? rest.parts(separatedBy: "),")[0] : rest
      let names = list.contains(".product(") ? list : list.parts(separatedBy: "]")[0]
      result[name] = Set(names.quotedStrings).subtracting(["swift-argument-parser", "SQLite"])
    }
    return result
  }

  @Test("declared dependencies are those of the table", arguments: edges.keys.sorted())
  func declaredDependencies(module: String) throws {
    let declared = try #require(Self.declared[module], "Package.swift has no target \(module)")
    let extra = declared.subtracting(edges[module] ?? [])
    #expect(extra.isEmpty, "\(module) declares edges that ARCHITECTURE.md does not have")
  }

  @Test("no module is missing from the table")
  func everyModuleIsInTheTable() {
    let folders = Set(
      Repository.files(below: "Sources").filter { $0.hasSuffix(".swift") }
        .map { String($0.split(separator: "/")[1]) })
    #expect(folders.subtracting(edges.keys).isEmpty)
  }

  @Test("imports are declared", arguments: edges.keys.sorted())
  func importsAreDeclared(module: String) throws {
    let declared = try #require(Self.declared[module])
    for file in Repository.files(below: "Sources/" + module) where file.hasSuffix(".swift") {
      for name in Self.imports(of: Repository.text(file)) {
        #expect(
          declared.contains(name) || system.contains(name),
          "\(file) imports \(name), which \(module) does not declare")
        #expect(
          !(pure.contains(module) && effects.contains(name)),
          "\(file) imports \(name), but \(module) knows no file, clock or process")
      }
    }
  }

  /// An import that is not declared builds only where the other module happens to be built before.
  @Test("imports of tests are declared", arguments: declaredByTests.keys.sorted())
  func importsOfTestsAreDeclared(target: String) throws {
    let declared = try #require(Self.declaredByTests[target])
    let files = Repository.files(below: "Tests/" + target).filter { $0.hasSuffix(".swift") }
    #expect(!files.isEmpty)
    // Other names are those of scripts' modules, in texts.
    let modules = Set(Self.declared.keys).union(Self.declaredByTests.keys)
    for file in files {
      let imports = Self.imports(of: Repository.text(file)).intersection(modules)
      #expect(
        imports.isSubset(of: declared),
        "\(file) imports \(imports.subtracting(declared)), which \(target) does not declare")
    }
  }

  @Test("no test target is missing from Package.swift")
  func everyTestTargetIsDeclared() {
    let folders = Set(
      Repository.files(below: "Tests").filter { $0.hasSuffix(".swift") }
        .map { String($0.split(separator: "/")[1]) })
    #expect(folders == Set(Self.declaredByTests.keys))
  }

  @Test("nobody imports Foundation, and libbpf is imported in one module")
  func forbiddenImports() {
    for file in Repository.files() where file.hasSuffix(".swift") {
      for name in Self.imports(of: Repository.text(file)) {
        #expect(!name.hasPrefix("Foundation"), "\(file) imports Foundation")
        if name == "CLibBPF" { #expect(file.hasPrefix("Sources/BPFRuntime/"), "\(file)") }
      }
    }
  }

  /// The modules named by the import lines of a file.
  static func imports(of text: String) -> Set<String> {
    var found: Set<String> = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
        words[..<at].allSatisfy({ ["public", "internal", "package", "@testable"].contains($0) })
      else { continue }
      found.insert(String(words[at + 1].prefix { $0 != "." }))
    }
    return found
  }
}
