import BPFModel

/// Estimates of instructions, from the tree; the primitives' own figures stand in their headers.
enum CostModel {
  /// Instructions of a call beside its arguments; 1 for what is not listed.
  private static let calls: [String: Int] = [
    "SAL_LENGTH": 9, "SAL_STAGE": 30, "SAL_ORDER": 4, "sal_half_of": 12, "sal_fast_open": 8,
    "SAL_TABLE_TOUCH": 5, "SAL_FIRSTSEEN_TOUCH": 5,
    "sal_fast_ipv4": 12, "sal_fast_ipv6": 14, "sal_fast_port": 14, "sal_fast_tcp": 3,
    "sal_fast_udp": 3, "sal_fast_icmp": 3, "sal_fast_icmpv6": 3, "sal_get16": 2, "sal_get32": 2,
    "sal_get64": 2, "sal_eq": 5, "sal_eq_small": 3, "sal_zero": 4, "sal_nonzero": 3, "sal_lt": 6,
    "sal_lt_small": 2, "sal_ltu": 6, "sal_select": 3, "sal_min": 9, "sal_max": 9,
    "sal_in_prefix": 4, "sal_in_prefix6": 9, "sal_in_sorted": 60, "sal_divide": 12,
    "sal_remainder": 14, "sal_sumsq_add": 36, "sal_sumsq_add_small": 12,
    "sal_hash1": 10, "sal_hash2": 22, "sal_hash3": 29, "sal_hash4": 36, "sal_hash5": 43,
    "sal_hash6": 50, "sal_parse_general": 260, "sal_end_general": 8, "sal_field8": 12,
    "sal_field16": 13, "sal_field32": 13, "sal_field64": 13, "sal_hll_update": 14,
    "sal_set_member_within": 60, "sal_fast_service": 60, "sal_service": 90,
    "sal_fast_payload": 30, "sal_payload": 20, "sal_payload_length": 3, "sal_payload_has": 60,
    "SAL_TABLE_UPSERT": 30, "SAL_FIRSTSEEN_IS_NEW": 34,
  ]

  static func instructions(_ statements: [CStatement]) -> Int {
    statements.reduce(0) { $0 + instructions($1) }
  }

  private static func instructions(_ statement: CStatement) -> Int {
    switch statement {
    case .comment, .blank, .declareAll: 0
    case .declare(_, _, let value): value.map { instructions($0) } ?? 0
    case .declareArray(_, _, let count, let value):
      count + (value.map { instructions($0) } ?? 0)
    case .assign(let target, let value): 1 + instructions(target) + instructions(value)
    case .update(let target, _, let value): 3 + instructions(target) + instructions(value)
    case .expression(let value): instructions(value)
    case .branch(let condition, let yes, let no):
      1 + instructions(condition) + instructions(yes) + instructions(no)
    case .block(let statements), .from(_, let statements): instructions(statements)
    case .return(let value): 1 + (value.map { instructions($0) } ?? 0)
    }
  }

  private static func instructions(_ expression: CExpression) -> Int {
    switch expression {
    case .name, .integer, .hex, .sizeOf, .offsetOf: 0
    case .unary(_, let operand), .cast(_, let operand): instructions(operand)
    case .member(let base, _), .arrow(let base, _): instructions(base)
    case .binary(_, let a, let b): 1 + instructions(a) + instructions(b)
    case .index(let base, let index): 1 + instructions(base) + instructions(index)
    case .list(let parts): parts.reduce(0) { $0 + instructions($1) }
    case .call(let name, let arguments):
      arguments.reduce(calls[name.text] ?? (name.text.hasSuffix("_is_new") ? 34 : 1)) {
        $0 + instructions($1)
      }
    }
  }
}
