extension Explanation {
  /// A part of the plan for displays: what it does and where.
  public struct Part: Sendable, Hashable {
    /// `n0`, `a1`, `f0`, `r2`, `o0`: kind and index.
    public let id: String
    /// What it does.
    public let title: String
    /// Whether it runs in the data path.
    public let isInDataPath: Bool
    /// Why it does not; empty where that is no question.
    public let why: String
  }

  /// The plan's parts in topological order.
  public var parts: [Part] {
    entries.map { entry in
      Part(id: entry.id, title: entry.title, isInDataPath: entry.isInDataPath, why: entry.why)
    }
  }
}
