import DataModel
import Threads

/// Rows of tuples on their way to becoming text: blocks that any thread of a crew writes, and that
/// are handed on in their order.
///
/// The thread that puts rows in writes what nobody has begun once it would wait, so it is never
/// slower than alone but for a copy of the rows.
final class TextBlocks {
  /// Writes rows as text; on whichever thread, so it changes nothing else.
  typealias Text = (TupleRows, ByteWriter) throws(SinkError) -> Void

  private final class Block: CrewWork {
    let lane: CrewLane
    let text = ByteWriter(inMemory: 1 << 16)
    private var rows: TupleRows?
    private var write: Text?

    init(_ lane: CrewLane) { self.lane = lane }

    func prepare(_ rows: TupleRows, _ write: @escaping Text) {
      self.rows = rows
      self.write = write
    }

    func run() {
      // What stays in memory does not fail.
      if let rows { try? write?(rows, text) }
      rows = nil
      write = nil
    }
  }

  /// Who writes beside the thread that puts rows in; nil where that is alone.
  var crew: Crew?
  private let out: ByteWriter
  /// Blocks that were put in, the oldest first.
  private var waiting: [Block] = []
  private var spare: [Block] = []

  /// Rows that are written where they are: waking a thread costs as much.
  private static let fewRows = 64
  /// Blocks on their way.
  private static let depth = 8

  /// Blocks on their way to this writer.
  init(_ out: ByteWriter) { self.out = out }

  /// Writes rows behind all that were put in before.
  func put(_ rows: TupleRows, _ write: @escaping Text) throws(SinkError) {
    guard let crew, rows.count >= Self.fewRows else {
      try drain()
      return try write(rows, out)
    }
    while let first = waiting.first, waiting.count >= Self.depth || crew.isDone(first.lane) {
      try handOn(crew)
    }
    let block = spare.popLast() ?? Block(crew.makeLane())
    block.prepare(rows.copy(), write)
    waiting.append(block)
    crew.put([CrewOrder(block, in: block.lane, step: .max)])
  }

  /// Hands on all that was put in.
  func drain() throws(SinkError) {
    guard let crew else { return }
    while !waiting.isEmpty { try handOn(crew) }
  }

  private func handOn(_ crew: Crew) throws(SinkError) {
    let block = waiting.removeFirst()
    crew.finish(block.lane)
    spare.append(block)
    try out.take(block.text)
  }
}
