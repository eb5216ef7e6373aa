import DataModel

/// NetFlow version 9 (RFC 3954) and IPFIX (RFC 7011): messages of sets; template sets say what the
/// records of data sets are made of.
final class TemplateDecoder: DatagramDecoder {
  var issues = RecordIssues()
  let columns: [ExportedColumn]
  let isIpfix: Bool
  let known: Set<FlowElement>
  var store = TemplateStore()
  var held = HeldSets()
  /// Sets of this message that have records, in their order.
  private var runs: [Run] = []
  private var nextRun = 0
  private var message = Message()
  private var starts: UnsafeMutablePointer<Int>
  private var lengths: UnsafeMutablePointer<Int>
  private var room = 256

  /// A set of records with its template.
  struct Run {
    let template: Template
    var bytes: Octets
    var next = 0
    let context: RecordTiming.Header
    let session: ExporterSession
    /// What its bytes stand in, where it was held.
    var storage: HeldSets.Storage?
  }

  /// What there is to know of the message whose records are read.
  private struct Message {
    var session: ExporterSession?
    var sequence: UInt32 = 0
    /// Data records so far; nil where a set could not be counted.
    var records: UInt32? = 0
    /// Those of them that are of options.
    var options: UInt32 = 0
    var exporter: IPAddress?
  }

  init(_ columns: [ExportedColumn], isIpfix: Bool) {
    self.columns = columns
    self.isIpfix = isIpfix
    var known = Set(RecordTiming.elements + SamplingFields.elements)
    // Padding (RFC 7012, 5.10.1).
    known.insert(FlowElement(210))
    for value in RecordFormats.exported(by: .ipfix) {
      if case .elements(let elements) = value { known.formUnion(elements) }
    }
    self.known = known
    starts = .allocate(capacity: room)
    lengths = .allocate(capacity: room)
  }

  deinit {
    starts.deallocate()
    lengths.deallocate()
  }

  // MARK: Messages

  func take(_ datagram: Datagram) {
    runs.removeAll(keepingCapacity: true)
    nextRun = 0
    message = Message()
    message.exporter = datagram.exporter
    let bytes = datagram.bytes
    let header = isIpfix ? 16 : 20
    guard bytes.count >= header, bytes.u16(0) == (isIpfix ? 10 : 9) else {
      let name = isIpfix ? "IPFIX" : "NetFlow v9"
      return issues.noteMalformed(
        bytes.count < header
          ? "\(bytes.count) bytes are no datagram of \(name)"
          : "version \(bytes.u16(0)) is not \(name)")
    }
    var end = bytes.count
    var context = RecordTiming.Header()
    if isIpfix {
      let length = Int(bytes.u16(2))
      if length < header || length > end {
        issues.noteMalformed("a message of \(length) bytes in a datagram of \(end)")
        if length < header { return }
      }
      end = min(end, length)
      context.exported = Int64(bytes.u32(4)) * 1_000_000_000
      message.sequence = bytes.u32(8)
    } else {
      context.uptime = bytes.u32(4)
      context.exported = Int64(bytes.u32(8)) * 1_000_000_000
      message.sequence = bytes.u32(12)
    }
    let session = store.session(
      ExporterSession.Key(
        exporter: datagram.exporter, port: isIpfix ? datagram.port : 0,
        domain: bytes.u32(header - 4)))
    context.started = session.started
    message.session = session
    takeSets(bytes.slice(0, end), from: header, context, session)
    if runs.isEmpty { finishMessage() }
  }

  private func takeSets(
    _ bytes: Octets, from header: Int, _ context: RecordTiming.Header, _ session: ExporterSession
  ) {
    var at = header
    var context = context
    while at < bytes.count {
      let (id, length) = (bytes.u16(at), Int(bytes.u16(at + 2)))
      guard bytes.has(at, 4), length >= 4 else {
        // Some exporters fill datagrams up with zeros.
        if !bytes.isZero(from: at) { issues.noteMalformed("a set of \(length) bytes") }
        return
      }
      if !bytes.has(at, length) {
        issues.noteMalformed("a set of \(length) bytes where \(bytes.count - at) are left")
        message.records = nil
      }
      let set = bytes.slice(at + 4, length - 4)
      switch id {
      case isIpfix ? 2 : 0: takeTemplates(set, isOptions: false, session)
      case isIpfix ? 3 : 1: takeTemplates(set, isOptions: true, session)
      case 0..<256: issues.noteMalformed("sets of ID \(id) are not defined")
      default: takeData(set, id, &context, session)
      }
      at += length
    }
  }

  private func takeData(
    _ set: Octets, _ id: UInt16, _ context: inout RecordTiming.Header, _ session: ExporterSession
  ) {
    guard let template = session.templates[id] else {
      message.records = nil
      let gone = held.hold(set, HeldSets.Key(session: session.key, template: id), context)
      for key in gone { noteWithoutTemplate(key) }
      return
    }
    let run = Run(template: template, bytes: set, context: context, session: session)
    if template.isOptions {
      learn(from: run)
      context.started = session.started
    } else {
      runs.append(run)
    }
  }

  /// Reads sets that waited for a template, behind those of the message.
  func release(_ template: Template, _ session: ExporterSession) {
    let key = HeldSets.Key(session: session.key, template: template.id)
    for set in held.release(key) {
      let run = Run(
        template: template, bytes: set.storage.bytes, context: set.context, session: session,
        storage: set.storage)
      if template.isOptions { learn(from: run) } else { runs.append(run) }
    }
  }

  private func noteWithoutTemplate(_ key: HeldSets.Key) {
    issues.noteWithoutTemplate(
      1,
      "template \(key.template) of domain \(key.session.domain)"
        + (key.session.exporter.map { " of \($0)" } ?? "") + " never came")
  }

  private func finishMessage() {
    guard let session = message.session else { return }
    message.session = nil
    let sequence = message.sequence
    let flows = message.records.map { $0 &- message.options }
    if isIpfix, let flows, session.sequence.countsItself(sequence, units: flows) {
      session.sequence.follow(sequence, .inOrder, units: flows)
    } else {
      let verdict = session.sequence.arrive(sequence)
      if verdict == .restarted { issues.restarts += 1 }
      session.sequence.follow(sequence, verdict, units: isIpfix ? message.records : 1)
    }
    note(session.sequence.takeLost(isSettled: false), of: session)
  }

  private func note(_ lost: UInt64, of session: ExporterSession) {
    guard lost > 0 else { return }
    issues.noteGap(
      lost,
      "\(lost) \(isIpfix ? "records" : "datagrams") of domain \(session.key.domain)"
        + (session.key.exporter.map { " of \($0)" } ?? "") + " never came")
  }

  func settle(isEnd: Bool) {
    for session in store.all { note(session.sequence.takeLost(isSettled: true), of: session) }
    guard isEnd else { return }
    for key in held.releaseAll() { noteWithoutTemplate(key) }
  }

  // MARK: Records

  func read(into batch: TupleBatch) -> Bool {
    while nextRun < runs.count {
      guard batch.count < TupleBatch.capacity else { return false }
      let isDone = read(&runs[nextRun], into: batch)
      guard isDone else { return false }
      runs[nextRun].storage = nil
      nextRun += 1
    }
    finishMessage()
    return true
  }

  /// Reads records of a set until it or the batch is full; true at the set's end.
  private func read(_ run: inout Run, into batch: TupleBatch) -> Bool {
    let template = run.template
    let size = template.recordBytes
    if template.isVariable { return readVariable(&run, into: batch) }
    let left = (run.bytes.count - run.next) / size
    let count = min(left, TupleBatch.capacity - batch.count)
    if count > 0 {
      makeRoom(template.fields.count)
      for (index, field) in template.fields.enumerated() {
        starts[index] = template.offsets[index]
        lengths[index] = field.length
      }
      fill(batch, run, at: run.next, count: count)
      run.next += count * size
    }
    return left == count
  }

  private func readVariable(_ run: inout Run, into batch: TupleBatch) -> Bool {
    makeRoom(run.template.fields.count)
    while run.bytes.count - run.next >= run.template.recordBytes {
      guard batch.count < TupleBatch.capacity else { return false }
      guard
        let size = run.template.locate(
          in: run.bytes, at: run.next, starts: starts, lengths: lengths)
      else {
        // What is left may be padding (RFC 7011, 3.3.1).
        if !run.bytes.isZero(from: run.next) {
          issues.noteMalformed("a record of template \(run.template.id) reaches beyond its set")
          if run.storage == nil { message.records = nil }
        }
        return true
      }
      for index in 0..<run.template.fields.count { starts[index] -= run.next }
      fill(batch, run, at: run.next, count: 1)
      run.next += size
    }
    return true
  }

  func makeRoom(_ fields: Int) {
    guard fields > room else { return }
    room = fields
    starts.deallocate()
    lengths.deallocate()
    starts = .allocate(capacity: room)
    lengths = .allocate(capacity: room)
  }

  /// Fills the rows of `count` records of one size, whose values lie at ``starts``.
  private func fill(_ batch: TupleBatch, _ run: Run, at: Int, count: Int) {
    let row = batch.count
    let filler = RecordFiller(
      template: run.template, session: run.session, context: run.context, bytes: run.bytes,
      at: at, count: count, starts: UnsafePointer(starts), lengths: UnsafePointer(lengths),
      exporter: run.storage == nil ? message.exporter : run.session.key.exporter)
    filler.fill(columns, batch, row, &issues)
    batch.count += count
    if run.storage == nil {
      message.records = message.records.map { $0 &+ UInt32(count) }
    }
    noteSkipped(run.template, count)
  }

  private func noteSkipped(_ template: Template, _ count: Int) {
    guard !template.unknown.isEmpty else { return }
    issues.skippedValues += UInt64(template.unknown.count * count)
    guard issues.skippedElements.count < RecordIssues.elementsMax else { return }
    for element in template.unknown where issues.skippedElements.count < RecordIssues.elementsMax {
      let name =
        element.enterprise == 0 ? "\(element.id)" : "\(element.enterprise)/\(element.id)"
      if !issues.skippedElements.contains(name) { issues.skippedElements.append(name) }
    }
  }

  /// Takes what records of options say of samplers and of the exporter's start.
  private func learn(from run: Run) {
    let template = run.template
    makeRoom(template.fields.count)
    var at = 0
    while run.bytes.count - at >= template.recordBytes {
      guard
        let size = template.locate(in: run.bytes, at: at, starts: starts, lengths: lengths),
        size > 0
      else { break }
      let record = LocatedRecord(
        bytes: run.bytes, starts: UnsafePointer(starts), lengths: UnsafePointer(lengths),
        origin: 0)
      if let rate = template.sampling.rate(record) {
        run.session.learn(sampler: template.sampling.sampler(record), rate: rate)
      }
      if let started = template.timing.started(record) { run.session.started = started }
      issues.optionRecords += 1
      if run.storage == nil {
        message.records = message.records.map { $0 &+ 1 }
        message.options &+= 1
      }
      at += size
    }
  }
}
