public import DataModel

/// A ``TuplePredicate`` compiled to a list of column instructions over byte masks.
///
/// Instructions run over the whole batch without branches. Questions to sets come last and only
/// for the tuples that are left, since each costs a lookup.
/// - Cost: 0.2–0.5 ns a tuple and instruction; a set 10–20 ns a tuple that is left.
public final class PredicateProgram {
  private indirect enum Instruction {
    case fill(UInt8, Int)
    case compareConstant(Comparison, ExpressionProgram, Int64, Int)
    case compare(Comparison, ExpressionProgram, ExpressionProgram, Int)
    case isOneOf(ExpressionProgram, IntegerList, negated: Bool, Int)
    case compareAddress(Comparison, AddressOperand, AddressOperand, Int)
    case inPrefixes(FieldID, [IPPrefix], negated: Bool, Int)
    case inSet(SetQuestion, Int)
    case and(Int, Int)
    case or(Int, Int)
    case not(Int)
  }

  /// What `AND` may split: each stage sees the tuples that the one before it left.
  private let stages: [[Instruction]]
  private let masks: UnsafeMutablePointer<UInt8>

  /// Compiles the predicate; `sets` are the plan's, by ``SetID``.
  public init(_ predicate: TuplePredicate, sets: [IntervalSet]) {
    var builder = Builder(sets: sets)
    let parts = predicate.conjuncts
    let plain = parts.filter { $0.sets.isEmpty }
    var stages: [[Instruction]] = []
    // An empty AND is one stage that passes all.
    if !plain.isEmpty || parts.isEmpty {
      builder.compile(plain.count == 1 ? plain[0] : .and(plain), into: 0)
      stages.append(builder.take())
    }
    for part in parts where !part.sets.isEmpty {
      builder.compile(part, into: 0)
      stages.append(builder.take())
    }
    self.stages = stages
    masks = .allocate(capacity: TupleBatch.capacity * builder.depth)
    masks.initialize(repeating: 0, count: TupleBatch.capacity * builder.depth)
  }

  deinit { masks.deallocate() }

  /// Keeps the tuples of `rows[0..<count]` that satisfy the predicate; `kept` may be `rows`.
  public func filter(
    _ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int,
    kept: UnsafeMutablePointer<UInt16>
  ) -> Int {
    var source = rows
    var n = count
    for stage in stages {
      for instruction in stage { run(instruction, batch, source, n) }
      n = MaskKernels.compress(source, n, masks, kept)
      source = UnsafePointer(kept)
    }
    return n
  }

  private struct Builder {
    let sets: [IntervalSet]
    var instructions: [Instruction] = []
    var depth = 1

    mutating func take() -> [Instruction] {
      defer { instructions = [] }
      return instructions
    }

    /// Emits instructions that leave the predicate's mask in register `into`.
    mutating func compile(_ predicate: TuplePredicate, into: Int) {
      depth = max(depth, into + 1)
      switch predicate {
      case .constant(let value): instructions.append(.fill(value ? 1 : 0, into))
      case .compare(let comparison, let left, .constant(let value)):
        instructions.append(.compareConstant(comparison, ExpressionProgram(left), value, into))
      case .compare(let comparison, .constant(let value), let right):
        instructions.append(
          .compareConstant(comparison.mirrored, ExpressionProgram(right), value, into))
      case .compare(let comparison, let left, let right):
        instructions.append(
          .compare(comparison, ExpressionProgram(left), ExpressionProgram(right), into))
      case .isOneOf(let operand, let list, let negated):
        instructions.append(
          .isOneOf(ExpressionProgram(operand), IntegerList(list), negated: negated, into))
      case .compareAddress(let comparison, let left, let right):
        instructions.append(.compareAddress(comparison, left, right, into))
      case .inPrefixes(let field, let prefixes, let negated):
        instructions.append(.inPrefixes(field, prefixes, negated: negated, into))
      case .inSet(let id, let key, let within, let negated):
        let question = SetQuestion(sets[id.index], key, within: within, negated: negated)
        instructions.append(.inSet(question, into))
      case .and(let parts): compileAll(parts, neutral: 1, into: into) { .and($0, $1) }
      case .or(let parts): compileAll(parts, neutral: 0, into: into) { .or($0, $1) }
      case .not(let part):
        compile(part, into: into)
        instructions.append(.not(into))
      }
    }

    private mutating func compileAll(
      _ parts: [TuplePredicate], neutral: UInt8, into: Int, _ join: (Int, Int) -> Instruction
    ) {
      guard let first = parts.first else {
        instructions.append(.fill(neutral, into))
        return
      }
      compile(first, into: into)
      for part in parts.dropFirst() {
        compile(part, into: into + 1)
        instructions.append(join(into, into + 1))
      }
    }
  }

  private func run(
    _ instruction: Instruction, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int
  ) {
    let n = batch.count
    switch instruction {
    case .fill(let value, let to): mask(to).update(repeating: value, count: n)
    case .compareConstant(let comparison, let operand, let value, let to):
      MaskKernels.compare(comparison, operand.evaluate(batch), value, n, mask(to))
    case .compare(let comparison, let left, let right, let to):
      MaskKernels.compare(
        comparison, left.evaluate(batch), right.evaluate(batch), n, mask(to))
    case .isOneOf(let operand, let list, let negated, let to):
      list.test(operand.evaluate(batch), negated: negated, n, mask(to))
    case .compareAddress(let comparison, let left, let right, let to):
      compare(comparison, AddressColumn(left, batch), AddressColumn(right, batch), n, mask(to))
    case .inPrefixes(let field, let prefixes, let negated, let to):
      let column = AddressColumn(.field(field), batch)
      let to = mask(to)
      to.update(repeating: 0, count: n)
      for prefix in prefixes { column.markMembers(of: prefix, n, to) }
      let flip: UInt8 = negated ? 1 : 0
      for row in 0..<n { to[row] = (to[row] ^ flip) & column.isPresent(row) }
    case .inSet(let question, let to): question.ask(batch, rows, count, mask(to))
    case .and(let a, let b):
      let (a, b) = (mask(a), mask(b))
      for row in 0..<n { a[row] &= b[row] }
    case .or(let a, let b):
      let (a, b) = (mask(a), mask(b))
      for row in 0..<n { a[row] |= b[row] }
    case .not(let a):
      let a = mask(a)
      for row in 0..<n { a[row] ^= 1 }
    }
  }

  private func mask(_ register: Int) -> UnsafeMutablePointer<UInt8> {
    masks + register * TupleBatch.capacity
  }

  private func compare(
    _ comparison: Comparison, _ a: AddressColumn, _ b: AddressColumn, _ n: Int,
    _ to: UnsafeMutablePointer<UInt8>
  ) {
    for row in 0..<n {
      guard let x = a.address(row), let y = b.address(row) else {
        to[row] = 0
        continue
      }
      to[row] = comparison.holds(x, y) ? 1 : 0
    }
  }
}

/// One `IN` or `NOT IN` a set: packs the key of the tuples that are left and looks it up.
private final class SetQuestion {
  private let set: IntervalSet
  private let packer: KeyPacker
  private let within: Int64
  private let negated: Bool
  private let kept: UnsafeMutablePointer<UInt16>
  private let keys: UnsafeMutablePointer<UInt64>

  init(_ set: IntervalSet, _ key: [KeyComponent], within: Int64, negated: Bool) {
    self.set = set
    packer = KeyPacker(key: key)
    precondition(packer.layout.wordCount == set.keyWords, "a question has the key of its set")
    self.within = within
    self.negated = negated
    kept = .allocate(capacity: TupleBatch.capacity)
    keys = .allocate(capacity: TupleBatch.capacity * max(packer.layout.wordCount, 1))
  }

  deinit {
    kept.deallocate()
    keys.deallocate()
  }

  func ask(
    _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int,
    _ mask: UnsafeMutablePointer<UInt8>
  ) {
    mask.update(repeating: 0, count: batch.count)
    let n = packer.pack(batch, rows: rows, count: count, kept: kept, keys: keys)
    for index in 0..<n {
      let row = Int(kept[index])
      let isMember = set.contains(
        keys + index * set.keyWords, at: batch.times[row], within: within)
      mask[row] = isMember != negated ? 1 : 0
    }
  }
}
