import BPFRuntime
import CodeGeneration
import Glibc
import Testing

/// The program as one text.
func standalone(_ program: EmittedProgram) throws -> String {
  let folder = try RuntimeHeaders.locate()
  return program.standalone { name in try? contents("\(folder)/\(name)") }
}

/// Expects every clang to take the C without a warning.
func expectCompiles(_ program: EmittedProgram) throws {
  try withDirectory { directory in
    try write(program.source, "\(directory)/query.bpf.c")
    for compiler in Compilers.all {
      try expectSuccess([
        compiler.path, "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Wextra", "-Werror",
        "-I", try RuntimeHeaders.locate(), "-c", "\(directory)/query.bpf.c", "-o",
        "\(directory)/query.o",
      ])
    }
  }
}

/// Expects the C to compile for this machine without a warning, and `driver` around it to end well
/// under the address and undefined-behaviour sanitizers.
func expectRunsNatively(_ program: EmittedProgram, driver: String) throws {
  let compiler = try #require(Compilers.native, "no clang with sanitizers")
  let include = try RuntimeHeaders.locate()
  try withDirectory { directory in
    try write(program.source, "\(directory)/query.bpf.c")
    try write(driver, "\(directory)/driver.c")
    try expectSuccess([
      compiler, "-std=gnu11", "-DSAL_NATIVE", "-O1", "-g", "-Wall", "-Wextra", "-Werror",
      "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I", include, "-I",
      "\(include)/../native", "-I", directory, "\(directory)/driver.c", "-lm", "-o",
      "\(directory)/driver",
    ])
    try expectSuccess(["\(directory)/driver"])
  }
}

extension Compilers {
  /// The first that can link a sanitized program here.
  static let native: String? = {
    try? withDirectory { directory -> String? in
      try write("int main(void) { return 0; }\n", "\(directory)/t.c")
      return all.map(\.path).first { path in
        let arguments = [
          path, "-fsanitize=address,undefined", "\(directory)/t.c", "-o", "\(directory)/t",
        ]
        return (try? run(arguments).status) == 0 && (try? run(["\(directory)/t"]).status) == 0
      }
    }
  }()
}

// MARK: files and processes

enum ToolError: Error { case system(String, Int32) }

func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/salc-codegen-XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else { throw ToolError.system("mkdtemp", errno) }
  let directory = String(cString: made)
  defer {
    if let handle = opendir(directory) {
      while let entry = readdir(handle) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { unlink("\(directory)/\(name)") }
      }
      closedir(handle)
    }
    rmdir(directory)
  }
  return try body(directory)
}

func write(_ text: String, _ path: String) throws {
  guard let file = fopen(path, "w") else { throw ToolError.system(path, errno) }
  defer { fclose(file) }
  fputs(text, file)
}

func contents(_ path: String) throws -> String {
  guard let file = fopen(path, "r") else { throw ToolError.system(path, errno) }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let n = fread(&buffer, 1, buffer.count, file), n > 0 { bytes += buffer[..<n] }
  return String(decoding: bytes, as: UTF8.self)
}

func expectSuccess(_ arguments: [String]) throws {
  let (status, output) = try run(arguments)
  #expect(status == 0, "\(arguments[0]) ended with \(status):\n\(output.prefix(3000))")
}

/// Runs a program; its exit status (or 128 and the signal) and all that it wrote.
func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
  try withOutputFile { path in
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_TRUNC, 0)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, arguments[0], &actions, nil, pointers, environ)
    guard result == 0 else { throw ToolError.system(arguments[0], result) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return (signal != 0 ? 128 + signal : (status >> 8) & 0xff, try contents(path))
  }
}

private func withOutputFile<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/salc-output-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  guard descriptor >= 0 else { throw ToolError.system("mkstemp", errno) }
  close(descriptor)
  let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer { unlink(path) }
  return try body(path)
}
