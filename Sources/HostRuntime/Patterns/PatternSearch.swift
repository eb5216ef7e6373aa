import Plan

/// A match that was found: the edges in the order of the pattern, and the numbers of its vertices.
struct FoundMatch {
  var edges: [GraphEdge]
  var vertices: [UInt32]
  /// Where fields of the edges' tuples are; empty where nobody reads any.
  var places: [Int32]
}

/// Finds the matches of a pattern that end with a given edge, among edges that start no later.
///
/// A depth-first search that binds one edge of the pattern after the other: always the one with
/// the fewest tuples to try, by the degrees of the vertices that are bound at that moment. It keeps
/// no partial matches, so its state is that of the edges. Times are held to the closed bounds, and
/// fields of several edges to the conditions between them, so each pair of edges is checked as soon
/// as both are bound.
/// - Cost: the tuples tried, at most `stepLimit` for one edge.
final class PatternSearch {
  /// Kept alive for ``roles``.
  private let stores: [EdgeStore]
  private let count: Int
  private let roles: UnsafeMutablePointer<Role>
  private let limits: PatternLimits
  private let unequal: [UInt32]
  private let stepLimit: Int
  /// Whether what side tables say of the vertices bound so far lets them be.
  private let isAdmitted: ((_ vertex: Int, _ bound: UInt32, _ ids: [UInt32]) -> Bool)?

  /// What fields of several edges have to keep.
  private let joint: JointConditions?

  private let chosen: UnsafeMutablePointer<GraphEdge>
  private let places: UnsafeMutablePointer<Int32>
  private let readsPlaces: Bool
  private let bound: UnsafeMutablePointer<UInt32>
  private var boundMask: UInt32 = 0
  private let full: UInt32
  private var steps = 0
  /// Edges tried so far, of all searches: what a search costs.
  private(set) var tried: UInt64 = 0
  /// The matches found of one edge.
  private(set) var found: [FoundMatch] = []
  /// Edges whose search was given up.
  private(set) var abandoned: UInt64 = 0

  /// An edge of the pattern. The search asks the store of each without counting references to it,
  /// which took a seventh of its time.
  private struct Role {
    let store: Unmanaged<EdgeStore>
    let place: Int
    let source: Int
    let target: Int
  }

  init(
    _ pattern: Pattern, stores: [EdgeStore], storeOfEdge: [Int], stepLimit: Int,
    joint: JointConditions?, isAdmitted: ((Int, UInt32, [UInt32]) -> Bool)?
  ) {
    self.stores = stores
    self.stepLimit = stepLimit
    self.isAdmitted = isAdmitted
    self.joint = joint
    count = pattern.edges.count
    full = (1 << UInt32(count)) - 1
    roles = .allocate(capacity: count)
    for (index, edge) in pattern.edges.enumerated() {
      let place = storeOfEdge[index]
      (roles + index).initialize(
        to: Role(
          store: .passUnretained(stores[place]), place: place, source: edge.source,
          target: edge.target))
    }
    limits = PatternLimits(pattern)
    var unequal = [UInt32](repeating: 0, count: pattern.vertices.count)
    for pair in pattern.unequal {
      unequal[pair.first] |= 1 << UInt32(pair.second)
      unequal[pair.second] |= 1 << UInt32(pair.first)
    }
    self.unequal = unequal
    chosen = .allocate(capacity: count)
    chosen.initialize(
      repeating: GraphEdge(start: 0, end: 0, order: 0, source: 0, target: 0), count: count)
    places = .allocate(capacity: count)
    places.initialize(repeating: KeptEdge.nowhere, count: count)
    readsPlaces = !pattern.carried.isEmpty
    bound = .allocate(capacity: pattern.vertices.count)
    bound.initialize(repeating: 0, count: pattern.vertices.count)
  }

  deinit {
    joint?.deallocate()
    roles.deallocate()
    chosen.deallocate()
    places.deallocate()
    bound.deallocate()
  }

  func takeAbandoned() -> UInt64 {
    defer { abandoned = 0 }
    return abandoned
  }

  /// Searches for the matches whose last edge is this one, a tuple of the given store, which does
  /// not have it yet. They are in ``found`` afterwards.
  func run(_ kept: KeptEdge, store: Int) {
    let edge = kept.edge
    if !found.isEmpty { found.removeAll(keepingCapacity: true) }
    steps = 0
    for role in 0..<count where roles[role].place == store && limits.canBeLast[role] {
      guard limits.fitsAlone(edge, role) else { continue }
      boundMask = 0
      places[role] = kept.place
      bind(edge, as: role, done: 0)
    }
    tried &+= UInt64(steps)
    if steps > stepLimit { abandoned &+= 1 }
    if found.count > 1 { sortFound() }
  }

  /// The order of matches of one edge: by the arrival of their edges, in the pattern's order.
  private func sortFound() {
    found.sort { a, b in
      for (x, y) in zip(a.edges, b.edges) where x.order != y.order { return x.order < y.order }
      return false
    }
  }

  /// Gives an edge of the pattern a tuple, if its ends fit what is bound, and goes on.
  @inline(__always)
  private func bind(_ edge: GraphEdge, as role: Int, done: UInt32) {
    let (source, target) = (roles[role].source, roles[role].target)
    let before = boundMask
    guard bindVertex(source, edge.source), bindVertex(target, edge.target) else {
      boundMask = before
      return
    }
    chosen[role] = edge
    let mask = done | 1 << UInt32(role)
    if let joint, !joint.hold(last: role, bound: mask, chosen, places) {
      boundMask = before
      return
    }
    if mask == full { keep() } else { extend(mask) }
    boundMask = before
  }

  @inline(__always)
  private func bindVertex(_ vertex: Int, _ id: UInt32) -> Bool {
    let bit = 1 << UInt32(vertex) as UInt32
    if boundMask & bit != 0 { return bound[vertex] == id }
    var others = unequal[vertex] & boundMask
    while others != 0 {
      if bound[others.trailingZeroBitCount] == id { return false }
      others &= others &- 1
    }
    bound[vertex] = id
    boundMask |= bit
    return isAdmitted == nil || asksTables(vertex)
  }

  @inline(never)
  private func asksTables(_ vertex: Int) -> Bool {
    guard let isAdmitted else { return true }
    let ids = unequal.indices.map { bound[$0] }
    return isAdmitted(vertex, boundMask, ids)
  }

  private func keep() {
    found.append(
      FoundMatch(
        edges: (0..<count).map { chosen[$0] }, vertices: unequal.indices.map { bound[$0] },
        places: readsPlaces ? (0..<count).map { places[$0] } : []))
  }

  /// How the tuples of an edge are reached.
  private enum Access {
    case pair, leaving, entering, all
  }

  /// Binds the edge of the pattern with the fewest tuples to try, with each of them.
  private func extend(_ mask: UInt32) {
    var (best, least, access, newest) = (-1, UInt64.max, Access.all, 0 as UInt32)
    // Of those that no bound vertex reaches, where no other is left, the one with the fewest.
    var (fewest, apart) = (Int.max, (index: 0, newest: 0 as UInt32))
    for index in 0..<count where mask & (1 << UInt32(index)) == 0 {
      let role = roles[index]
      let knowsSource = boundMask & (1 << UInt32(role.source)) != 0
      let knowsTarget = boundMask & (1 << UInt32(role.target)) != 0
      let source = knowsSource ? bound[role.source] : 0
      let target = knowsTarget ? bound[role.target] : 0
      let (out, into) = role.store._withUnsafeGuaranteedRef { store in
        (
          knowsSource ? store.leaving(source) : (UInt32.max, 0),
          knowsTarget ? store.entering(target) : (UInt32.max, 0)
        )
      }
      if out.0 == 0 || into.0 == 0 { return }
      if knowsSource, knowsTarget {
        let last = role.store._withUnsafeGuaranteedRef { $0.newest(from: source, to: target) }
        // Between two known vertices there are mostly few edges.
        guard let last else { return }
        (best, least, access, newest) = (index, 0, .pair, last)
      } else if knowsSource {
        if UInt64(out.0) < least {
          (best, least, access, newest) = (index, UInt64(out.0), .leaving, out.1)
        }
      } else if knowsTarget {
        if UInt64(into.0) < least {
          (best, least, access, newest) = (index, UInt64(into.0), .entering, into.1)
        }
      } else {
        let (size, next) = role.store._withUnsafeGuaranteedRef { ($0.count, $0.next) }
        if size == 0 { return }
        if size < fewest { (fewest, apart) = (size, (index, next &- 1)) }
      }
    }
    if best >= 0 {
      bindEach(best, access, newest, mask)
    } else {
      bindEach(apart.index, .all, apart.newest, mask)
    }
  }

  private func bindEach(
    _ role: Int, _ access: Access, _ newest: UInt32, _ mask: UInt32
  ) {
    let store = roles[role].store
    let window = limits.window(of: role, chosen, mask)
    var number = newest
    while true {
      let found = store._withUnsafeGuaranteedRef { $0.has(number) ? $0.edge(number) : nil }
      guard let edge = found else { return }
      steps &+= 1
      // Lists run from the newest edge back.
      if steps > stepLimit || edge.start < window.startLow { return }
      if edge.start <= window.startHigh, edge.end >= window.endLow, edge.end <= window.endHigh,
        limits.fitsAlone(edge, role), !isChosen(edge, mask)
      {
        if readsPlaces { places[role] = store._withUnsafeGuaranteedRef { $0.place(number) } }
        bind(edge, as: role, done: mask)
      }
      number = store._withUnsafeGuaranteedRef { store in
        switch access {
        case .pair: store.lastOfPair(before: number)
        case .leaving: store.lastLeaving(before: number)
        case .entering: store.lastEntering(before: number)
        case .all: number &- 1
        }
      }
    }
  }

  /// Whether the tuple is another edge of the match already.
  @inline(__always)
  private func isChosen(_ edge: GraphEdge, _ mask: UInt32) -> Bool {
    var rest = mask
    while rest != 0 {
      let other = chosen[rest.trailingZeroBitCount]
      if other.order == edge.order, other.start == edge.start, other.source == edge.source,
        other.target == edge.target
      {
        return true
      }
      rest &= rest &- 1
    }
    return false
  }
}
