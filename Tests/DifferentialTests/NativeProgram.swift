import Compiler
import Glibc
import TestSupport

/// An emitted program compiled for this machine and run without a kernel
/// (`runtime-bpf/native/sal_native.h`).
final class NativeProgram {
  private struct Failed: Error, CustomStringConvertible { let description: String }

  private let library: UnsafeMutableRawPointer
  private let control: UnsafeMutableRawPointer

  /// Compiles a query's C and sets up halves for one CPU.
  init(_ query: CompiledQuery, ringBytes: Int, seed: UInt64) throws {
    let compiler = try Tool.find("clang") ?? { throw Failed(description: "there is no clang") }()
    var template = Array("/tmp/salc-native-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failed(description: "no directory: \(errno)") }
    let directory = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let (source, object) = (directory + "/q.c", directory + "/q.so")
    defer {
      for path in [source, object] { unlink(path) }
      rmdir(directory)
    }
    FileBytes.write(Array((query.emittedC ?? "").utf8), to: source)
    let runtime = Repository.root + "/runtime-bpf"
    let flags = ["-std=gnu11", "-DSAL_NATIVE", "-O1", "-w", "-shared", "-fPIC"]
    let job = Tool.run(
      compiler,
      flags + ["-I", runtime + "/include", "-I", runtime + "/native", source, "-lm", "-o", object])
    guard job.exitCode == 0, let library = dlopen(object, RTLD_NOW | RTLD_LOCAL) else {
      throw Failed(description: "\(job.errors)\n\(query.emittedC ?? "")")
    }
    self.library = library
    typealias Open = @convention(c) (UInt32, UInt64) -> Int32
    typealias Control = @convention(c) () -> UnsafeMutableRawPointer
    typealias SetSeed = @convention(c) (UInt64) -> Void
    guard Self.symbol("sal_native_open", library, as: Open.self)(1, UInt64(ringBytes)) == 0 else {
      throw Failed(description: "no memory for the halves")
    }
    control = Self.symbol("sal_native_control", library, as: Control.self)()
    Self.symbol("sal_native_set_seed", library, as: SetSeed.self)(seed)
  }

  deinit {
    typealias Close = @convention(c) () -> Void
    Self.symbol("sal_native_close", library, as: Close.self)()
    dlclose(library)
  }

  private static func symbol<Function>(
    _ name: String, _ library: UnsafeMutableRawPointer, as type: Function.Type
  ) -> Function {
    guard let address = dlsym(library, name) else {
      preconditionFailure("sal_native.h defines \(name)")
    }
    return unsafeBitCast(address, to: type)
  }

  /// Writes what the host writes before each replayed frame (`struct sal_control`).
  func describe(tick: Int64, order: UInt64, wireLength: UInt32, capturedLength: UInt32) {
    control.storeBytes(of: UInt64(tick) << 1, toByteOffset: 0, as: UInt64.self)
    control.storeBytes(of: order, toByteOffset: 8, as: UInt64.self)
    control.storeBytes(of: wireLength, toByteOffset: 16, as: UInt32.self)
    control.storeBytes(of: capturedLength, toByteOffset: 20, as: UInt32.self)
    control.storeBytes(of: 0, toByteOffset: 24, as: UInt32.self)
  }

  /// Runs the program on a frame; the XDP verdict.
  func run(_ frame: [UInt8]) -> Int32 {
    typealias Run = @convention(c) (UInt32, UnsafePointer<UInt8>, UInt32) -> Int32
    return Self.symbol("sal_native_run", library, as: Run.self)(0, frame, UInt32(frame.count))
  }

  /// The half of the first epoch.
  var half: [UInt8] {
    typealias Half = @convention(c) (UInt32) -> UnsafeRawPointer
    typealias Size = @convention(c) () -> UInt64
    let size = Self.symbol("sal_native_half_size", library, as: Size.self)()
    let start = Self.symbol("sal_native_half", library, as: Half.self)(0)
    return Array(UnsafeRawBufferPointer(start: start, count: Int(size)))
  }

  /// Takes all records out of the ring.
  func drain() -> [[UInt8]] {
    typealias Take = @convention(c) (UnsafeMutablePointer<UInt32>) -> UnsafeRawPointer?
    let take = Self.symbol("sal_native_take", library, as: Take.self)
    var records: [[UInt8]] = []
    var size: UInt32 = 0
    while let record = take(&size) {
      records.append(Array(UnsafeRawBufferPointer(start: record, count: Int(size))))
    }
    return records
  }
}
