public import BPFModel

/// The data path's half of a query: one C file and what the host has to know of it.
public struct EmittedProgram: Sendable, Hashable {
  /// The C file; it includes headers of `sal/` and nothing else.
  public let source: String
  /// Where everything stands that the program shares with the host.
  public let layout: ProgramLayout
  /// What each part costs, in program order; estimates for EXPLAIN.
  public let costs: [PartCost]

  /// Bytes of state for one CPU and epoch.
  public var stateBytes: Int { layout.halfBytes }
  /// BPF instructions that a packet can pass on the fast path, estimated. How many the program has,
  /// and its stack, are clang's to say: ``ObjectFacts``.
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
  /// A text that `#line` leads back to.
  public struct Text: Sendable, Hashable {
    /// Its name for `#line`.
    public var name: String
    /// Where the text begins among the ranges of the plan.
    public var start: Int
    /// Offsets of the starts of its lines among the ranges of the plan, ascending, in UTF-8.
    var lineStarts: [Int]

    /// A text whose ranges begin at `start`.
    public init(name: String, text: String, start: Int = 0) {
      self.name = name
      self.start = start
      lineStarts = [start]
      for (offset, byte) in text.utf8.enumerated() where byte == UInt8(ascii: "\n") {
        lineStarts.append(start + offset + 1)
      }
    }
  }

  /// Sets of every keyed table, a power of two from 2; nil takes the target's size. Tests use 4.
  public var tableSets: Int?
  /// The texts in the order of their starts; empty for no `#line`.
  public var texts: [Text]

  /// Creates options.
  public init(tableSets: Int? = nil, texts: [Text] = []) {
    self.tableSets = tableSets
    self.texts = texts
  }

  /// Options with `#line` directives into one text.
  public init(tableSets: Int? = nil, sourceName: String, text: String) {
    self.init(tableSets: tableSets, texts: [Text(name: sourceName, text: text)])
  }

  /// The text's name and the line, from 1, of an offset; nil without texts.
  func place(of offset: Int) -> (name: String, line: Int)? {
    guard let text = texts.last(where: { $0.start <= offset }) else { return nil }
    var (low, high) = (0, text.lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if text.lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return (text.name, low + 1)
  }
}
