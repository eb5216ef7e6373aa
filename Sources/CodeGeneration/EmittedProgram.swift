public import BPFModel

/// The data path's half of a query: one C file and what the host has to know of it.
public struct EmittedProgram: Sendable, Hashable {
  /// The C file; it includes headers of `sal/` and nothing else.
  public let source: String
  /// Where everything stands that the program shares with the host.
  public let layout: ProgramLayout
  /// What each part costs, in program order; estimates for EXPLAIN.
  public let costs: [PartCost]
  /// Most bytes of stack that the program can use: locals of every function on its call chain.
  public let stackBytes: Int

  /// Bytes of state for one CPU and epoch.
  public var stateBytes: Int { layout.halfBytes }
  /// BPF instructions that the program has, estimated.
  public var instructions: Int { costs.reduce(0) { $0 + $1.instructions } }
}

/// What a part of the program costs.
public struct PartCost: Sendable, Hashable {
  /// A part of the program.
  public enum Part: Sendable, Hashable {
    /// Reading the frame's headers, once for all outputs.
    case parse
    /// A node's condition.
    case node(Int)
    /// An aggregation's update.
    case aggregation(Int)
    /// An export, by its place in the placed plan.
    case export(Int)
  }

  /// The part.
  public let part: Part
  /// BPF instructions, estimated from the tree and the primitives' own figures.
  public let instructions: Int
  /// Bytes of state for one CPU and epoch, staging included.
  public let stateBytes: Int
  /// Bytes of a record that leaves through the ring; 0 where none does.
  public let recordBytes: Int
}

/// What may be chosen for an emission beside plan and target.
public struct EmitOptions: Sendable, Hashable {
  /// Sets of every keyed table, a power of two from 2; nil takes the target's size. Tests use 4.
  public var tableSets: Int?
  /// The query text's name for `#line`.
  public var sourceName: String
  /// Offsets of the starts of the text's lines, ascending, in UTF-8; empty for no `#line`.
  public var lineStarts: [Int]

  /// Creates options.
  public init(tableSets: Int? = nil, sourceName: String = "query.sal", lineStarts: [Int] = []) {
    self.tableSets = tableSets
    self.sourceName = sourceName
    self.lineStarts = lineStarts
  }

  /// Options with `#line` directives into a text.
  public init(tableSets: Int? = nil, sourceName: String, text: String) {
    var starts = [0]
    for (offset, byte) in text.utf8.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    self.init(tableSets: tableSets, sourceName: sourceName, lineStarts: starts)
  }

  /// The line of an offset, from 1; nil without line starts.
  func line(of offset: Int) -> Int? {
    guard !lineStarts.isEmpty else { return nil }
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }
}
