/// A tuple as an edge: its ends as numbers of a ``VertexTable``.
struct GraphEdge: BitwiseCopyable {
  var start: Int64
  var end: Int64
  /// The place in the order of arrival, by which edges of one time differ.
  var order: UInt64
  var source: UInt32
  var target: UInt32

  /// The order in which edges are searched: by start, then arrival.
  @inline(__always)
  static func precedes(_ a: GraphEdge, _ b: GraphEdge) -> Bool {
    a.start != b.start ? a.start < b.start : a.order < b.order
  }
}

/// An edge, and where fields of its tuple are kept: a place of a ``TupleStore``, or none.
struct KeptEdge: BitwiseCopyable {
  var edge: GraphEdge
  var place: Int32

  /// The place of an edge whose fields nobody reads.
  static let nowhere: Int32 = -1

  /// The order in which edges are searched.
  @inline(__always)
  static func precedes(_ a: KeptEdge, _ b: KeptEdge) -> Bool {
    GraphEdge.precedes(a.edge, b.edge)
  }
}

/// The edges of the last while, by the order of their starts, and by source, target and both.
///
/// Edges have numbers that count on; a ring holds those from ``oldest`` to ``next``. Each edge
/// knows the one before it with its source, with its target, and with both, so an expired edge
/// costs nothing to forget: the lists end where its number is older than the ring.
final class EdgeStore {
  /// The number of the oldest edge, and of the next one.
  private(set) var oldest: UInt32 = 0
  private(set) var next: UInt32 = 0
  private var capacity = 1024
  private var mask: UInt32 = 1023
  private(set) var edges: UnsafeMutablePointer<GraphEdge>
  private var links: UnsafeMutablePointer<Links>
  /// Where fields of each edge's tuple are; nil where nobody reads any.
  private var places: UnsafeMutablePointer<Int32>?
  private let held: TupleStore
  private let vertices: VertexTable
  private var ends: UnsafeMutablePointer<Ends>
  private var endsCapacity: Int
  /// The newest edge of each pair of vertices: the pair and one, and the edge.
  private var pairs: UnsafeMutablePointer<Pair>
  private var pairMask = 1023
  private var pairsUsed = 0

  private struct Links: BitwiseCopyable {
    var source: UInt32
    var target: UInt32
    var pair: UInt32
  }

  private struct Ends: BitwiseCopyable {
    var newestOut: UInt32
    var newestIn: UInt32
    var outDegree: UInt32
    var inDegree: UInt32
  }

  private struct Pair: BitwiseCopyable {
    var key: UInt64
    var newest: UInt32
  }

  init(_ vertices: VertexTable, _ held: TupleStore) {
    self.vertices = vertices
    self.held = held
    if !held.fields.isEmpty { places = .allocate(capacity: capacity) }
    edges = .allocate(capacity: capacity)
    links = .allocate(capacity: capacity)
    endsCapacity = vertices.capacity
    ends = .allocate(capacity: endsCapacity)
    ends.initialize(
      repeating: Ends(newestOut: 0, newestIn: 0, outDegree: 0, inDegree: 0), count: endsCapacity)
    pairs = .allocate(capacity: pairMask + 1)
    pairs.initialize(repeating: Pair(key: 0, newest: 0), count: pairMask + 1)
  }

  deinit {
    edges.deallocate()
    links.deallocate()
    places?.deallocate()
    ends.deallocate()
    pairs.deallocate()
  }

  /// Edges in the store.
  @inline(__always)
  var count: Int { Int(next &- oldest) }

  /// Whether the store still has the edge.
  @inline(__always)
  func has(_ number: UInt32) -> Bool { next &- number &- 1 < next &- oldest }

  @inline(__always)
  func edge(_ number: UInt32) -> GraphEdge { edges[Int(number & mask)] }

  /// Where fields of the edge's tuple are.
  @inline(__always)
  func place(_ number: UInt32) -> Int32 {
    guard let places else { return KeptEdge.nowhere }
    return places[Int(number & mask)]
  }

  /// The edges before an edge that leave the same vertex, that enter it, and that do both; the
  /// store has none where a list has ended.
  @inline(__always)
  func lastLeaving(before number: UInt32) -> UInt32 { links[Int(number & mask)].source }
  @inline(__always)
  func lastEntering(before number: UInt32) -> UInt32 { links[Int(number & mask)].target }
  @inline(__always)
  func lastOfPair(before number: UInt32) -> UInt32 { links[Int(number & mask)].pair }

  /// How many edges leave a vertex, and the newest of them, if there are any.
  @inline(__always)
  func leaving(_ vertex: UInt32) -> (count: UInt32, newest: UInt32) {
    guard Int(vertex) < endsCapacity else { return (0, 0) }
    let own = ends[Int(vertex)]
    return (own.outDegree, own.newestOut)
  }

  /// How many edges enter a vertex, and the newest of them, if there are any.
  @inline(__always)
  func entering(_ vertex: UInt32) -> (count: UInt32, newest: UInt32) {
    guard Int(vertex) < endsCapacity else { return (0, 0) }
    let own = ends[Int(vertex)]
    return (own.inDegree, own.newestIn)
  }

  /// The newest edge from one vertex to another.
  @inline(__always)
  func newest(from source: UInt32, to target: UInt32) -> UInt32? {
    let key = Self.key(source, target)
    var slot = self.slot(key)
    while pairs[slot].key != 0 {
      if pairs[slot].key == key { return has(pairs[slot].newest) ? pairs[slot].newest : nil }
      slot = (slot &+ 1) & pairMask
    }
    return nil
  }

  @inline(__always)
  private static func key(_ source: UInt32, _ target: UInt32) -> UInt64 {
    (UInt64(source) &<< 32 | UInt64(target)) &+ 1
  }

  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 32) & pairMask
  }

  /// Adds an edge that starts no earlier than the others; the caller's uses of its ends go over to
  /// the store, and its place.
  func append(_ kept: KeptEdge) {
    let edge = kept.edge
    if count == capacity { grow() }
    if endsCapacity < vertices.capacity { growEnds() }
    if 2 * pairsUsed > pairMask { rebuildPairs() }
    let number = next
    var own = Links(source: number &- 1, target: number &- 1, pair: number &- 1)
    // A list that has ended points at an edge that the store has not.
    let nothing = oldest &- 1
    let source = ends + Int(edge.source)
    own.source = source.pointee.outDegree > 0 ? source.pointee.newestOut : nothing
    source.pointee.newestOut = number
    source.pointee.outDegree &+= 1
    let target = ends + Int(edge.target)
    own.target = target.pointee.inDegree > 0 ? target.pointee.newestIn : nothing
    target.pointee.newestIn = number
    target.pointee.inDegree &+= 1
    own.pair = link(edge, number, nothing)
    edges[Int(number & mask)] = edge
    links[Int(number & mask)] = own
    if let places { places[Int(number & mask)] = kept.place }
    next &+= 1
  }

  /// Makes an edge the newest of its pair; returns the one before.
  @inline(__always)
  private func link(_ edge: GraphEdge, _ number: UInt32, _ nothing: UInt32) -> UInt32 {
    let key = Self.key(edge.source, edge.target)
    var slot = self.slot(key)
    while pairs[slot].key != 0 {
      if pairs[slot].key == key {
        let last = pairs[slot].newest
        pairs[slot].newest = number
        return has(last) ? last : nothing
      }
      slot = (slot &+ 1) & pairMask
    }
    pairs[slot] = Pair(key: key, newest: number)
    pairsUsed += 1
    return nothing
  }

  /// Forgets the oldest edge.
  @inline(__always)
  func removeOldest() {
    if let places { held.leave(places[Int(oldest & mask)]) }
    forgetOldest()
  }

  /// Forgets the oldest edge, and leaves its place alone.
  @inline(__always)
  private func forgetOldest() {
    let edge = self.edge(oldest)
    ends[Int(edge.source)].outDegree &-= 1
    ends[Int(edge.target)].inDegree &-= 1
    vertices.release(edge.source)
    vertices.release(edge.target)
    oldest &+= 1
  }

  /// Forgets every edge for which the condition does not hold.
  func keep(where condition: (GraphEdge) -> Bool) {
    var kept: [KeptEdge] = []
    while count > 0 {
      let edge = self.edge(oldest)
      guard condition(edge) else {
        removeOldest()
        continue
      }
      vertices.retain(edge.source)
      vertices.retain(edge.target)
      kept.append(KeptEdge(edge: edge, place: place(oldest)))
      forgetOldest()
    }
    for edge in kept { append(edge) }
  }

  private func grow() {
    let wider = 2 * capacity
    let (newEdges, newLinks) = (
      UnsafeMutablePointer<GraphEdge>.allocate(capacity: wider),
      UnsafeMutablePointer<Links>.allocate(capacity: wider)
    )
    let newMask = UInt32(wider - 1)
    var number = oldest
    while number != next {
      newEdges[Int(number & newMask)] = edges[Int(number & mask)]
      newLinks[Int(number & newMask)] = links[Int(number & mask)]
      number &+= 1
    }
    if let old = places {
      let newPlaces = UnsafeMutablePointer<Int32>.allocate(capacity: wider)
      number = oldest
      while number != next {
        newPlaces[Int(number & newMask)] = old[Int(number & mask)]
        number &+= 1
      }
      old.deallocate()
      places = newPlaces
    }
    edges.deallocate()
    links.deallocate()
    (edges, links, capacity, mask) = (newEdges, newLinks, wider, newMask)
  }

  private func growEnds() {
    ends = VertexTable.widened(ends, endsCapacity, vertices.capacity)
    (ends + endsCapacity).initialize(
      repeating: Ends(newestOut: 0, newestIn: 0, outDegree: 0, inDegree: 0),
      count: vertices.capacity - endsCapacity)
    endsCapacity = vertices.capacity
  }

  /// Leaves out the pairs that have no edge any more.
  private func rebuildPairs() {
    var size = 1024
    while size < 4 * count { size *= 2 }
    pairs.deallocate()
    pairMask = size - 1
    pairs = .allocate(capacity: size)
    pairs.initialize(repeating: Pair(key: 0, newest: 0), count: size)
    pairsUsed = 0
    var number = oldest
    while number != next {
      _ = link(edge(number), number, number)
      number &+= 1
    }
  }
}
