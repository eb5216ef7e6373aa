import BPFModel
import DataModel

/// Emits how a tuple is folded into accumulator words.
struct ReductionLowering {
  let fields: FieldTable

  /// Updates of all words but the tuple count. `word` gives the place of a word by its offset in
  /// the layout; `isFresh` says that an entry has no tuple yet besides this one.
  func updates(
    _ layout: AccumulatorLayout, where mask: Mask, isFresh: Mask,
    word: (Int) -> CExpression
  ) -> [CStatement] {
    var counts: [CStatement] = []
    var folds: [CStatement] = []
    for (reduction, offset) in zip(layout.reductions, layout.offsets) {
      guard let operand = reduction.operand else { continue }
      let number = fields.number(operand)
      let valid = number.valid & mask
      if valid == .never { continue }
      switch reduction {
      case .tuples: continue
      case .present: counts.append(.update(word(offset), .add, valid.bit))
      case .reals: preconditionFailure("real numbers stay on the host")
      case .sum:
        // Placement leaves sums on the host that could leave 64 bits within a pane.
        folds.append(.update(word(offset), .add, valid.select(number.value)))
      case .bitOr:
        folds.append(.update(word(offset), .bitOr, valid.select(number.value)))
      case .sumOfSquares:
        folds.append(squares(word(offset), number.value, valid, operand.range))
      case .maximum(let x) where Self.beginsWithZero(x):
        folds.append(
          .assign(
            word(offset), .call("sal_max", [word(offset), valid.select(number.value)])))
      case .minimum, .maximum:
        let fresh = layout.offset(of: .present(operand)).map { Mask.call("sal_zero", word($0)) }
        folds.append(
          extreme(
            word(offset), number.value, valid, isMinimum: reduction == .minimum(operand),
            isFresh: fresh ?? isFresh))
      case .first, .last:
        let fresh = layout.offset(of: .present(operand)).map { Mask.call("sal_zero", word($0)) }
        let takes = reduction == .first(operand) ? valid & (fresh ?? isFresh) : valid
        folds.append(
          .branch(
            takes.expression,
            [
              .assign(word(offset), fields.tick),
              .assign(word(offset + 1), fields.order),
              .assign(word(offset + 2), number.value),
            ], []))
      case .ordered:
        preconditionFailure("placement leaves folds in order on the host")
      }
    }
    // Extremes ask the count of values before this tuple, so counts follow them.
    return folds + counts
  }

  /// Whether an entry of zeros is where a maximum of these values may begin: none is negative.
  static func beginsWithZero(_ operand: TupleExpression) -> Bool {
    operand.range.map { $0.lowerBound >= 0 } ?? false
  }

  /// Whether the words can be updated under a mask without a branch at little cost.
  static func isCheap(_ layout: AccumulatorLayout) -> Bool {
    layout.reductions.allSatisfy {
      switch $0 {
      case .tuples, .present, .sum, .bitOr: true
      case .sumOfSquares, .minimum, .maximum, .first, .last, .reals, .ordered: false
      }
    }
  }

  private func squares(
    _ word: CExpression, _ value: CExpression, _ valid: Mask, _ range: ClosedRange<Int128>?
  ) -> CStatement {
    let limit = Int128(1) << 32
    let isSmall = range.map { -limit < $0.lowerBound && $0.upperBound < limit } ?? false
    return .expression(
      .call(
        isSmall ? "sal_sumsq_add_small" : "sal_sumsq_add",
        [.unary(.address, word), .cast(.s64, valid.select(value))]))
  }

  private func extreme(
    _ word: CExpression, _ value: CExpression, _ valid: Mask, isMinimum: Bool, isFresh: Mask
  ) -> CStatement {
    let identity = CExpression.hex(
      isMinimum ? UInt64(bitPattern: .max) : UInt64(bitPattern: .min))
    let old = CExpression.call("sal_select", [isFresh.expression, identity, word])
    let candidate =
      valid == .always
      ? value : CExpression.call("sal_select", [valid.expression, value, identity])
    return .assign(word, .call(isMinimum ? "sal_min" : "sal_max", [old, candidate]))
  }
}
