/// What a compiled object holds, read from its bytes: exact where the emitted tree is an estimate.
public struct ObjectFacts: Sendable, Hashable {
  /// Instructions of all functions, a 64-bit constant being two.
  public private(set) var instructions = 0
  /// Bytes of stack on the deepest chain of calls, each frame rounded as the kernel does.
  public private(set) var stackBytes = 0
  /// What Linux 6.1 does not know, in words; empty for an object that it can read.
  public private(set) var newer: [String] = []

  /// What of a target's limits the object exceeds, in words; nil where it keeps to them.
  public func excess(over target: TargetProfile) -> String? {
    var parts: [String] = []
    if stackBytes > target.stackBytesMax {
      parts.append("\(stackBytes) of \(target.stackBytesMax) B of stack")
    }
    if instructions > target.instructionsMax {
      parts.append("\(instructions) of \(target.instructionsMax) instructions")
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private static let stackFrame: Int = 32
  /// `bpf_user_ringbuf_drain`, `BPF_MAP_TYPE_USER_RINGBUF`, `BTF_KIND_ENUM64` and
  /// `BPF_F_INNER_MAP` are the last of their kinds in Linux 6.1.
  ///
  /// - Source: `include/uapi/linux/bpf.h`.
  private static let lastHelper: Int = 209
  private static let lastMapType: Int = 31
  private static let firstNewMapFlag: Int = 0x2000

  private struct Function {
    var depth = 0
    var calls: Set<Int> = []
  }

  private struct Place: Hashable {
    var section: Int
    var offset: Int
  }

  /// Reads an object; nil where the bytes are none.
  public init?(_ bytes: [UInt8]) {
    guard let elf = ELFSections(bytes) else { return nil }
    var functions: [Function] = []
    var starts: [Place: Int] = [:]
    var bodies: [(section: Int, range: Range<Int>)] = []
    for symbol in elf.symbols
    where symbol.isFunction && elf.sections.indices.contains(symbol.section) {
      starts[Place(section: symbol.section, offset: symbol.value)] = functions.count
      functions.append(Function())
      bodies.append((symbol.section, symbol.value..<symbol.value + symbol.size))
    }
    let relocated = Self.relocations(elf)
    for (index, body) in bodies.enumerated() {
      let base = elf.sections[body.section].bytes.lowerBound
      var walk = Walk()
      for offset in stride(from: body.range.lowerBound, to: body.range.upperBound, by: 8) {
        guard let code = Instruction(elf, base + offset) else { return nil }
        instructions += 1
        if walk.isSecondHalf {
          walk.isSecondHalf = false
          continue
        }
        walk.take(code)
        if let objection = Self.objection(to: code) { newer.append(objection) }
        guard code.isLocalCall else { continue }
        let site = Place(section: body.section, offset: offset)
        let target =
          relocated[site].map {
            Place(section: $0.section, offset: $0.offset + (code.immediate + 1) * 8)
          } ?? Place(section: body.section, offset: offset + (code.immediate + 1) * 8)
        if let callee = starts[target] { functions[index].calls.insert(callee) }
      }
      functions[index].depth = walk.depth
    }
    stackBytes = functions.indices.map { Self.depth(functions, $0, []) }.max() ?? 0
    if let section = elf.sections.first(where: { $0.name == ".BTF" }) {
      readTypes(elf, section.bytes)
    }
  }

  /// What calls a function, by their place: the section's symbol, or the function's own.
  private static func relocations(_ elf: ELFSections) -> [Place: Place] {
    var found: [Place: Place] = [:]
    for section in elf.sections where section.type == ELFSections.relocations {
      for at in stride(from: section.bytes.lowerBound, to: section.bytes.upperBound, by: 16) {
        guard let offset = elf.number(at, 8), let index = elf.number(at + 12, 4),
          elf.symbols.indices.contains(index)
        else { continue }
        let symbol = elf.symbols[index]
        found[Place(section: section.info, offset: offset)] = Place(
          section: symbol.section, offset: symbol.value)
      }
    }
    return found
  }

  private static func depth(_ functions: [Function], _ index: Int, _ above: Set<Int>) -> Int {
    // BPF has no recursion; an object that had would not load.
    guard !above.contains(index) else { return 0 }
    let own = (max(functions[index].depth, 1) + stackFrame - 1) / stackFrame * stackFrame
    let below = functions[index].calls.map { depth(functions, $0, above.union([index])) }
    return own + (below.max() ?? 0)
  }

  // MARK: Instructions

  private struct Instruction {
    let code: Int
    let target: Int
    let source: Int
    let offset: Int
    let immediate: Int

    init?(_ elf: ELFSections, _ at: Int) {
      guard let code = elf.number(at, 1), let registers = elf.number(at + 1, 1),
        let offset = elf.number(at + 2, 2), let immediate = elf.number(at + 4, 4)
      else { return nil }
      self.code = code
      target = registers & 15
      source = registers >> 4
      self.offset = Int(Int16(truncatingIfNeeded: offset))
      self.immediate = Int(Int32(truncatingIfNeeded: immediate))
    }

    /// 0 LD, 1 LDX, 2 ST, 3 STX, 4 ALU, 5 JMP, 6 JMP32, 7 ALU64.
    var kind: Int { code & 7 }
    var isLocalCall: Bool { code == 0x85 && source == 1 }
    var writesTarget: Bool { kind == 1 || kind == 4 || kind == 7 || code == 0x18 }
  }

  /// Follows one function: how far below the frame pointer it reaches.
  private struct Walk {
    private static let framePointer = 10
    var depth = 0
    var isSecondHalf = false
    private var copies: Set<Int> = []

    mutating func take(_ code: Instruction) {
      isSecondHalf = code.code == 0x18
      let base = code.kind == 1 ? code.source : code.target
      if (1...3).contains(code.kind), base == Self.framePointer { depth = max(depth, -code.offset) }
      // r2 = r10; r2 += -16
      if code.code == 0x07, copies.contains(code.target) {
        depth = max(depth, -code.immediate)
      } else if code.code == 0xBF, code.source == Self.framePointer {
        copies.insert(code.target)
      } else if code.writesTarget {
        copies.remove(code.target)
      }
    }
  }

  /// What Linux 6.1 would not take of an instruction.
  ///
  /// - Source: `Documentation/bpf/standardization/instruction-set.rst`, conformance groups; cpu=v4
  ///   is of Linux 6.6, `may_goto` of 6.9, acquire and release of 6.15.
  private static func objection(to code: Instruction) -> String? {
    switch code.code {
    case 0x85 where code.source == 2: return "a call of a kernel function"
    case 0x85 where code.source == 0 && code.immediate > lastHelper:
      return "helper \(code.immediate)"
    case 0x06: return "a long jump (cpu=v4)"
    case 0xE5: return "may_goto"
    case 0xD7: return "an unconditional byte swap (cpu=v4)"
    case 0xBC, 0xBF: return code.offset == 0 ? nil : "a sign-extending move (cpu=v4)"
    case 0x34, 0x37, 0x3C, 0x3F, 0x94, 0x97, 0x9C, 0x9F:
      return code.offset == 0 ? nil : "a signed division (cpu=v4)"
    case 0x81, 0x89, 0x91: return "a sign-extending load (cpu=v4)"
    case 0xC3, 0xDB, 0xCB, 0xD3: return code.immediate < 0x100 ? nil : "acquire or release"
    case 0x18: return code.source <= 6 ? nil : "constant of kind \(code.source)"
    default: return nil
    }
  }

  // MARK: Types

  /// Kinds of types, and the types and flags of maps, in BTF.
  ///
  /// - Source: `Documentation/bpf/btf.rst`.
  private mutating func readTypes(_ elf: ELFSections, _ bytes: Range<Int>) {
    let start = bytes.lowerBound
    guard let header = elf.number(start + 4, 4), let from = elf.number(start + 8, 4),
      let length = elf.number(start + 12, 4), let strings = elf.number(start + 16, 4)
    else { return newer.append("BTF without a header") }
    let names = start + header + strings
    let tails = [4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12]
    let fixed = [1: 4, 3: 12, 14: 4, 17: 4]
    var types: [Int] = [0]
    var at = start + header + from
    let end = at + length
    while at < end, let info = elf.number(at + 4, 4) {
      let kind = (info >> 24) & 31
      guard (1...19).contains(kind) else { return newer.append("BTF of kind \(kind)") }
      types.append(at)
      at += 12 + (fixed[kind] ?? 0) + (tails[kind] ?? 0) * (info & 0xFFFF)
    }
    func value(_ type: Int?, _ offset: Int) -> Int? {
      guard let type, types.indices.contains(type), type > 0 else { return nil }
      return elf.number(types[type] + offset, 4)
    }
    for at in types.dropFirst() {
      guard let name = elf.number(at, 4), elf.text(names + name) == ".maps",
        let info = elf.number(at + 4, 4), (info >> 24) & 31 == 15
      else { continue }
      for map in 0..<info & 0xFFFF {
        let variable = elf.number(at + 12 + map * 12, 4)
        readMap(elf, names, members: value(value(variable, 8), 4) ?? 0) { member in
          guard let structure = value(variable, 8), types.indices.contains(structure) else {
            return nil
          }
          let place = types[structure] + 12 + member * 12
          // __uint(name, n) is a pointer to an array of n.
          let array = value(elf.number(place + 4, 4), 8)
          return elf.number(place, 4).flatMap { name in value(array, 20).map { (name, $0) } }
        }
      }
    }
  }

  private mutating func readMap(
    _ elf: ELFSections, _ names: Int, members info: Int,
    _ member: (Int) -> (name: Int, number: Int)?
  ) {
    for index in 0..<info & 0xFFFF {
      guard let found = member(index) else { continue }
      switch elf.text(names + found.name) {
      case "type" where found.number > Self.lastMapType: newer.append("map type \(found.number)")
      case "map_flags" where found.number >= Self.firstNewMapFlag:
        newer.append("map flags \(found.number)")
      default: break
      }
    }
  }
}
