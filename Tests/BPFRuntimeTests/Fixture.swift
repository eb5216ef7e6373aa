import BPFRuntime
import Glibc
import Testing

/// Whether tests may use the kernel here, and why not.
enum Kernel {
  static let obstacle = Probe.obstacle()

  /// With SALC_REQUIRE_KERNEL=1 the tests run, and fail, where they would be skipped.
  static let isUsable = obstacle == nil || getenv("SALC_REQUIRE_KERNEL").map { $0[0] == 49 } == true

  static let reason = Comment(rawValue: "BPF is not to be had here: \(obstacle ?? "it is")")
}

/// The hand-written program of `Fixtures/count.bpf.c`, and frames for it.
enum Fixture {
  /// Every clang on this machine that can compile for BPF: Debian's and the toolchain's.
  static let compilers: [Clang] = Clang.candidates().compactMap { try? Clang.probe($0) }

  static let directory = #filePath.prefix(upTo: #filePath.lastIndex(of: "/")!) + "/Fixtures"

  /// The repository's headers, relative to this file: Tests/BPFRuntimeTests/Fixture.swift.
  static let headers =
    #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
    + "/runtime-bpf/include"

  static func source(_ name: String) throws -> String { try text("\(directory)/\(name)") }

  static func text(_ path: String) throws -> String {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      text += chunk[..<count]
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func job(_ compiler: Clang? = nil) throws -> ClangJob {
    ClangJob(compiler: try compiler ?? Clang.locate(), includeDirectories: [headers])
  }

  static func object(_ compiler: Clang? = nil) throws -> [UInt8] {
    try job(compiler).compile(source("count.bpf.c"), name: "count.bpf.c")
  }

  /// The program, loaded by the default compiler's object.
  static func load(_ configuration: BPFObject.Configuration) throws -> LoadedProgram {
    try load(object(), configuration)
  }

  static func load(
    _ elf: [UInt8], _ configuration: BPFObject.Configuration
  ) throws -> LoadedProgram {
    var opened = try BPFObject.open(elf)
    try opened.configure(configuration)
    return try opened.load()
  }

  /// An Ethernet frame with an IPv4 packet of UDP from `source`, `length` bytes in all.
  static func frame(from source: UInt32, length: Int = 60) -> [UInt8] {
    var frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0]
    let total = max(20, length - 14)
    frame += [UInt8(total >> 8 & 0xff), UInt8(total & 0xff), 0, 0, 0, 0, 64, 17, 0, 0]
    frame += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: source >> $0) }
    frame += [10, 0, 0, 2, 0x30, 0x39, 0, 9, 0, 8, 0, 0]
    frame += [UInt8](repeating: 0xaa, count: max(0, length - frame.count))
    return Array(frame.prefix(length))
  }
}

extension TestRun {
  func replay(_ frame: [UInt8]) throws(BPFError) -> UInt32 {
    let result: Result<UInt32, BPFError> = frame.withUnsafeBytes { bytes in
      do throws(BPFError) {
        return .success(try replay(bytes))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

/// Packets and bytes of one source.
struct Tally: Equatable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0

  static func += (left: inout Tally, right: Tally) {
    left.packets += right.packets
    left.bytes += right.bytes
  }
}

/// Reads `struct sal_half` of the fixture.
struct Half {
  static let slots = 16
  static let entryBytes = 24
  static let staging = 64
  static let staged = 64 + 32
  static let table = staged + 32 * entryBytes
  /// With the odd member and the tail padding of a struct that holds 64-bit members.
  static let bytes = table + slots * entryBytes + 8

  let raw: UnsafeMutableRawBufferPointer

  init(_ raw: UnsafeMutableRawBufferPointer) { self.raw = raw }

  private func number(_ offset: Int) -> UInt64 { raw.load(fromByteOffset: offset, as: UInt64.self) }

  var packets: UInt64 { number(0) }
  var whole: UInt64 { number(8) }
  var truncated: UInt64 { number(16) }
  var lostRecords: UInt64 { number(Self.staging) }
  var lostTuples: UInt64 { number(Self.staging + 8) }
  var stagedCount: Int {
    Int(raw.load(fromByteOffset: Self.staging + 20, as: UInt32.self))
  }

  /// What table and staging hold.
  func add(to tallies: inout [UInt32: Tally]) {
    let bytes = UnsafeRawBufferPointer(raw)
    Self.add(bytes, at: Self.staged, count: stagedCount, to: &tallies)
    Self.add(bytes, at: Self.table, count: Self.slots, to: &tallies)
  }

  /// Adds `count` entries; unused ones have no packets.
  static func add(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, count: Int,
    to tallies: inout [UInt32: Tally]
  ) {
    for index in 0..<count {
      let start = offset + index * entryBytes
      guard bytes.load(fromByteOffset: start + 4, as: UInt32.self) == 1 else { continue }
      let key = bytes.load(fromByteOffset: start, as: UInt32.self)
      tallies[key, default: Tally()] += Tally(
        packets: bytes.load(fromByteOffset: start + 8, as: UInt64.self),
        bytes: bytes.load(fromByteOffset: start + 16, as: UInt64.self))
    }
  }
}
