import BPFModel
import BPFRuntime
import Compiler
import DataModel
import HostRuntime
import Plan

/// A loaded program with everything that it shares with the host, and the turn: the half of the
/// epoch that ended is drained, read, merged into the graphs of its queries and cleared.
///
/// A live run's clock thread writes the word and flips; its turn thread drains and merges. The two
/// touch the same half never: a flip waits until the last one's turn is done.
final class DataPath: @unchecked Sendable {
  /// What is decided when the program is loaded.
  struct Configuration {
    var cpus: Int
    var ringBytes: Int
    var frags: Bool
    var seed: UInt64
    /// Whether the host numbers the packets, so that their numbers alone are their order.
    var isReplay = false
  }

  let program: LoadedProgram
  let layout: ProgramLayout
  private let cpus: Int
  private let seed: UInt64
  private let state: MappedState
  private let control: ControlBlock
  private var ring: RingDrain?
  private var tuples: [ExportDecoder]
  private var routes: Routes
  /// The start of the pane of each epoch's half. Raw memory, because the clock's thread writes the
  /// entry of the half that it turns to while the turn's thread reads the other.
  private let paneOfEpoch: UnsafeMutablePointer<Int64>
  private(set) var epoch = 0

  /// Loads the object of a union's program; `graphs` are those of its queries, in order.
  init(
    _ union: CompiledUnion, object: [UInt8], graphs: [HostGraph], _ configuration: Configuration
  ) throws(SessionError) {
    guard let layout = union.layout else {
      throw .unsupported("nothing of this query can run in the data path; see salc explain")
    }
    do {
      var object = try BPFObject.open(object)
      try object.configure(
        BPFObject.Configuration(
          cpus: configuration.cpus, ringBytes: configuration.ringBytes,
          frags: configuration.frags, seed: configuration.seed))
      program = try object.load()
      state = try program.mapState()
      control = try program.mapControl()
      ring = program.hasMap("sal_ring") ? try program.openRing() : nil
    } catch { throw .dataPath(error) }
    self.layout = layout
    cpus = configuration.cpus
    seed = configuration.seed
    paneOfEpoch = .allocate(capacity: 2)
    paneOfEpoch.initialize(repeating: 0, count: 2)
    routes = Routes(union.plan, graphs)
    let isReplay = configuration.isReplay
    tuples = zip(union.plan.placed.exports, routes.exports).map {
      ExportDecoder($0, $1, isReplay: isReplay)
    }
    precondition(
      state.halfBytes == layout.halfBytes, "the emitted layout is that of the compiled struct")
  }

  deinit { paneOfEpoch.deallocate() }

  /// Serves these live queries from now on, the members of `union`, whose program is this one;
  /// called right after a merge, when nothing is on its way to a graph.
  func serve(_ union: PlanUnion, _ graphs: [HostGraph]) {
    routes = Routes(union, graphs)
    tuples = zip(union.placed.exports, routes.exports).map {
      ExportDecoder($0, $1, isReplay: false)
    }
  }

  /// Puts members of a set of the union into the data path, as `graph` hands them over.
  func install(
    _ words: [UInt64], set index: Int, of graph: HostGraph, _ id: SetID, from: Int64, until: Int64,
    now: Int64
  ) {
    let set = layout.sets[index]
    // A set that only the host asks has no variable in the program.
    guard let bytes = try? control.bytes(of: set.variable) else { return }
    graph.install(
      words, of: id, from: from, until: until, now: now, into: bytes, slots: set.slots,
      keyWords: set.keyWords, seed: seed)
  }

  /// Takes over the members of a set of another program; both hash with one seed.
  func copySet(_ index: Int, from other: DataPath, _ otherIndex: Int) {
    precondition(seed == other.seed, "programs that follow each other have one seed")
    let (set, old) = (layout.sets[index], other.layout.sets[otherIndex])
    precondition(
      set.slots == old.slots && set.keyWords == old.keyWords, "it is the same query's set")
    guard let target = try? control.bytes(of: set.variable),
      let source = try? other.control.bytes(of: old.variable)
    else { return }
    target.copyMemory(from: UnsafeRawBufferPointer(source))
  }

  /// Writes the clock's tick for the current epoch.
  func setTick(_ tick: Int64) {
    control.setWord(tickNanoseconds: UInt64(max(0, tick)), epoch: epoch)
  }

  /// Says which pane the current epoch's half gathers.
  func gather(pane: Int64) { paneOfEpoch[epoch] = pane }

  /// The pane that the current epoch's half gathers.
  var gatheredPane: Int64 { paneOfEpoch[epoch] }

  /// Turns to the other half, which gathers `pane` from `tick` on; returns the epoch that ended.
  func flip(toPane pane: Int64, tick: Int64) -> Int {
    let ended = epoch
    epoch ^= 1
    paneOfEpoch[epoch] = pane
    setTick(tick)
    return ended
  }

  /// Describes a replayed frame.
  func describe(order: UInt64, wireLength: UInt32, capturedLength: UInt32, flags: UInt32) {
    control.describeFrame(
      order: order, wireLength: wireLength, capturedLength: capturedLength, flags: flags)
  }

  /// Hands what has left through the ring to the graphs.
  func drain() {
    guard ring != nil else { return }
    ring?.drain { record in
      guard let batch = RingBatch(record) else {
        preconditionFailure("the data path writes whole records")
      }
      deliver(
        stream: Int(batch.stream), records: batch.records, count: batch.count,
        pane: paneOfEpoch[batch.epoch & 1])
    }
    for decoder in tuples { decoder.flushUnordered() }
  }

  /// Packets that the halves hold and no merge has counted yet; asked by the thread that merges.
  var gatheredPackets: UInt64 {
    (0..<cpus * 2).reduce(0) { sum, index in
      sum &+ packets(in: UnsafeRawBufferPointer(state.half(cpu: index / 2, epoch: index % 2)))
    }
  }

  private func packets(in half: UnsafeRawBufferPointer) -> UInt64 {
    layout.outcomes.reduce(0) { $0 &+ half.load(fromByteOffset: $1.offset, as: UInt64.self) }
  }

  /// Merges the ended epoch's halves into the graphs and clears them; returns its packets.
  ///
  /// Precondition: no running program uses them any more (a grace period has passed, or the
  /// replay is between two frames).
  func merge(endedEpoch ended: Int) -> UInt64 {
    drain()
    let pane = paneOfEpoch[ended]
    var packets: UInt64 = 0
    for cpu in 0..<cpus {
      let half = UnsafeRawBufferPointer(state.half(cpu: cpu, epoch: ended))
      let seen = self.packets(in: half)
      guard seen > 0 else { continue }
      packets &+= seen
      merge(half, pane: pane)
      state.clear(cpu: cpu, epoch: ended)
    }
    for decoder in tuples { decoder.flush() }
    return packets
  }

  private func merge(_ half: UnsafeRawBufferPointer, pane: Int64) {
    guard let base = half.baseAddress else { return }
    for (index, stream) in layout.streams.enumerated() {
      let staged = half.load(fromByteOffset: stream.stagingOffset + 4, as: UInt32.self)
      let first = stream.stagingOffset + RingBatch.headerBytes
      deliver(
        stream: index, records: UnsafeRawBufferPointer(rebasing: half[first...]),
        count: Int(staged), pane: pane)
    }
    for counter in layout.counters {
      let count = half.load(fromByteOffset: counter.offset, as: UInt64.self)
      guard count > 0 else { continue }
      switch counter.meaning {
      case .lost(let stream):
        for route in routes.behind(layout.streams[stream].content) {
          route.graph.noteLoss(.ring, count: count, pane: route.pane(pane))
        }
      case .unkeyed(let aggregation):
        for route in routes.aggregations[aggregation] {
          route.graph.noteUnkeyed(count, aggregation: route.index)
        }
      default: break
      }
    }
    for table in layout.tables {
      guard case .aggregation(let aggregation) = table.owner else { continue }
      let routes = routes.aggregations[aggregation]
      let start = base + table.offset
      switch table.form {
      case .partials(_, let keyWords, let accumulatorWords, _, _):
        table.gather(from: base) { records, count in
          for route in routes {
            route.graph.mergePartials(
              aggregation: route.index, records: records, count: count,
              stride: keyWords + accumulatorWords, pane: route.pane(pane))
          }
        }
      case .registers(let precision):
        let tuples = half.load(fromByteOffset: table.offset, as: UInt64.self)
        guard tuples > 0 else { continue }
        for route in routes {
          route.graph.mergeRegisters(
            aggregation: route.index,
            registers: (start + 8).assumingMemoryBound(to: UInt8.self), precision: precision,
            tuples: tuples, pane: route.pane(pane))
        }
      case .firstSeen: break
      }
    }
  }

  private func deliver(
    stream: Int, records: UnsafeRawBufferPointer, count: Int, pane: Int64
  ) {
    guard count > 0, let base = records.baseAddress else { return }
    let words = base.assumingMemoryBound(to: UInt64.self)
    let description = layout.streams[stream]
    switch description.content {
    case .partials(let aggregation):
      for route in routes.aggregations[aggregation] {
        route.graph.mergePartials(
          aggregation: route.index, records: words, count: count,
          stride: description.recordWords, pane: route.pane(pane))
      }
    case .pairs(let aggregation):
      for route in routes.aggregations[aggregation] {
        route.graph.mergePairs(
          aggregation: route.index, records: words, count: count, pane: route.pane(pane))
      }
    case .tuples(let export): tuples[export].take(words, count: count, pane: pane)
    }
  }
}
