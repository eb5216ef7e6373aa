import BPFModel
import BPFRuntime
import Compiler
import DataModel
import HostRuntime
import Plan

/// A loaded program with everything that it shares with the host, and the turn: the half of the
/// epoch that ended is drained, read, merged into the graph and cleared.
///
/// A live run's clock thread writes the word and flips; its turn thread drains and merges. The two
/// touch the same half never: a flip waits until the last one's turn is done.
final class DataPath: @unchecked Sendable {
  let program: LoadedProgram
  let layout: ProgramLayout
  let cpus: Int
  private let seed: UInt64
  private let state: MappedState
  private let control: ControlBlock
  private var ring: RingDrain?
  private let tuples: [ExportDecoder]
  /// The start of the pane of each epoch's half. Raw memory, because the clock's thread writes the
  /// entry of the half that it turns to while the turn's thread reads the other.
  private let paneOfEpoch: UnsafeMutablePointer<Int64>
  private(set) var epoch = 0

  init(
    _ configuration: RunConfiguration, cpus: Int, frags: Bool
  ) throws(SessionError) {
    guard let layout = configuration.query.layout else {
      throw .unsupported("nothing of this query can run in the data path; see salc explain")
    }
    do {
      var object = try BPFObject.open(try configuration.query.objectBytes())
      try object.configure(
        BPFObject.Configuration(
          cpus: cpus, ringBytes: configuration.ringBytes, frags: frags, seed: configuration.seed))
      program = try object.load()
      state = try program.mapState()
      control = try program.mapControl()
      ring = program.hasMap("sal_ring") ? try program.openRing() : nil
    } catch { throw .dataPath(error) }
    self.layout = layout
    self.cpus = cpus
    seed = configuration.seed
    paneOfEpoch = .allocate(capacity: 2)
    paneOfEpoch.initialize(repeating: 0, count: 2)
    tuples = configuration.query.placed.exports.map(ExportDecoder.init)
    precondition(
      state.halfBytes == layout.halfBytes, "the emitted layout is that of the compiled struct")
  }

  deinit { paneOfEpoch.deallocate() }

  /// Gives the graph a way to put sets into the data path.
  func connectSets(of graph: HostGraph, clock: @escaping () -> Int64) {
    let sets = layout.sets
    guard !sets.isEmpty else { return }
    // The graph owns the closure: a strong reference back would keep both, and the program in the
    // kernel, for ever.
    graph.setChanged = { [self, unowned graph] id, words, from, until in
      let set = sets[id.index]
      // A set that only the host asks has no variable in the program.
      guard let bytes = try? control.bytes(of: set.variable) else { return }
      graph.install(
        words, of: id, from: from, until: until, now: clock(), into: bytes, slots: set.slots,
        keyWords: set.keyWords, seed: seed)
    }
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

  /// Hands what has left through the ring to the graph.
  func drain(into graph: HostGraph) {
    guard ring != nil else { return }
    ring?.drain { record in
      guard let batch = RingBatch(record) else {
        preconditionFailure("the data path writes whole records")
      }
      deliver(
        stream: Int(batch.stream), records: batch.records, count: batch.count,
        pane: paneOfEpoch[batch.epoch & 1], into: graph)
    }
    for decoder in tuples { decoder.flushUnordered(into: graph) }
  }

  /// Merges the ended epoch's halves into the graph and clears them; returns its packets.
  ///
  /// Precondition: no running program uses them any more (a grace period has passed, or the
  /// replay is between two frames).
  func merge(endedEpoch ended: Int, into graph: HostGraph) -> UInt64 {
    drain(into: graph)
    let pane = paneOfEpoch[ended]
    var packets: UInt64 = 0
    for cpu in 0..<cpus {
      let half = UnsafeRawBufferPointer(state.half(cpu: cpu, epoch: ended))
      let seen = layout.outcomes.reduce(UInt64(0)) {
        $0 &+ half.load(fromByteOffset: $1.offset, as: UInt64.self)
      }
      guard seen > 0 else { continue }
      packets &+= seen
      merge(half, pane: pane, into: graph)
      state.clear(cpu: cpu, epoch: ended)
    }
    for decoder in tuples { decoder.flush(into: graph) }
    return packets
  }

  private func merge(_ half: UnsafeRawBufferPointer, pane: Int64, into graph: HostGraph) {
    guard let base = half.baseAddress else { return }
    for (index, stream) in layout.streams.enumerated() {
      let staged = half.load(fromByteOffset: stream.stagingOffset + 4, as: UInt32.self)
      let first = stream.stagingOffset + RingBatch.headerBytes
      deliver(
        stream: index, records: UnsafeRawBufferPointer(rebasing: half[first...]),
        count: Int(staged), pane: pane, into: graph)
    }
    for counter in layout.counters {
      guard case .lost = counter.meaning else { continue }
      let lost = half.load(fromByteOffset: counter.offset, as: UInt64.self)
      if lost > 0 { graph.noteLoss(.ring, count: lost, pane: pane) }
    }
    for table in layout.tables {
      guard case .aggregation(let aggregation) = table.owner else { continue }
      let start = base + table.offset
      switch table.form {
      case .partials(_, let keyWords, let accumulatorWords, _, _):
        table.gather(from: base) { records, count in
          graph.mergePartials(
            aggregation: aggregation, records: records, count: count,
            stride: keyWords + accumulatorWords, pane: pane)
        }
      case .registers(let precision):
        let tuples = half.load(fromByteOffset: table.offset, as: UInt64.self)
        if tuples > 0 {
          graph.mergeRegisters(
            aggregation: aggregation,
            registers: (start + 8).assumingMemoryBound(to: UInt8.self), precision: precision,
            tuples: tuples, pane: pane)
        }
      case .firstSeen: break
      }
    }
  }

  private func deliver(
    stream: Int, records: UnsafeRawBufferPointer, count: Int, pane: Int64, into graph: HostGraph
  ) {
    guard count > 0, let base = records.baseAddress else { return }
    let words = base.assumingMemoryBound(to: UInt64.self)
    let description = layout.streams[stream]
    switch description.content {
    case .partials(let aggregation):
      graph.mergePartials(
        aggregation: aggregation, records: words, count: count, stride: description.recordWords,
        pane: pane)
    case .pairs(let aggregation):
      graph.mergePairs(aggregation: aggregation, records: words, count: count, pane: pane)
    case .tuples(let export):
      tuples[export].take(words, count: count, pane: pane, index: export, into: graph)
    }
  }
}
