import DataModel

/// What one exporter's domain has said: its templates, samplers and sequence. Bounded.
final class ExporterSession {
  struct Key: Hashable {
    var exporter: IPAddress?
    /// 0 where sessions are told apart by address alone.
    var port: UInt16
    var domain: UInt32
  }

  let key: Key
  private(set) var templates: [UInt16: Template] = [:]
  private(set) var fieldCount = 0
  /// Rates by sampler.
  private var rates: [UInt64: UInt32] = [:]
  /// The rate where a record names no sampler.
  private var rate: UInt32?
  /// When the exporter started, milliseconds since the Unix epoch.
  var started: UInt64?
  var sequence = SequenceTracker()
  /// The store's count when it was last used.
  fileprivate(set) var lastUsed: UInt64 = 0

  private static let samplersMax = 256

  init(_ key: Key) { self.key = key }

  func define(_ template: Template) {
    fieldCount -= templates[template.id]?.fields.count ?? 0
    fieldCount += template.fields.count
    templates[template.id] = template
  }

  func withdraw(_ id: UInt16) {
    fieldCount -= templates.removeValue(forKey: id)?.fields.count ?? 0
  }

  func withdrawAll(options: Bool) {
    for id in templates.filter({ $0.value.isOptions == options }).map(\.key) { withdraw(id) }
  }

  func learn(sampler: UInt64?, rate: UInt32) {
    guard let sampler else {
      self.rate = rate
      return
    }
    guard rates[sampler] != nil || rates.count < Self.samplersMax else { return }
    rates[sampler] = rate
    // A lone sampler is that of records that name none.
    self.rate = rates.count == 1 ? rate : nil
  }

  func rate(ofSampler sampler: UInt64?) -> UInt32 {
    sampler.flatMap { rates[$0] } ?? rate ?? 1
  }
}

/// The sessions of all exporters; the one unused longest makes room for another.
struct TemplateStore {
  private var sessions: [ExporterSession.Key: ExporterSession] = [:]
  private var uses: UInt64 = 0

  static let sessionsMax = 4096
  /// Fields of all templates together.
  static let fieldsMax = 1 << 20

  /// The session of a key, made where there is none.
  mutating func session(_ key: ExporterSession.Key) -> ExporterSession {
    uses += 1
    if let known = sessions[key] {
      known.lastUsed = uses
      return known
    }
    if sessions.count >= Self.sessionsMax { evict(keeping: nil) }
    let session = ExporterSession(key)
    session.lastUsed = uses
    sessions[key] = session
    return session
  }

  /// Takes a template in; false where it finds no room even alone.
  mutating func define(_ template: Template, in session: ExporterSession) -> Bool {
    guard template.fields.count <= Self.fieldsMax / 4 else { return false }
    session.define(template)
    guard session.fieldCount <= Self.fieldsMax / 4 else {
      session.withdrawAll(options: false)
      session.withdrawAll(options: true)
      session.define(template)
      return true
    }
    defines += 1
    // Counting all of them is dear, and one definition adds little.
    guard defines % 64 == 0 || template.fields.count > 256 else { return true }
    while sessions.count > 1, sessions.values.reduce(0, { $0 + $1.fieldCount }) > Self.fieldsMax {
      evict(keeping: session)
    }
    return true
  }

  private var defines = 0

  private mutating func evict(keeping kept: ExporterSession?) {
    let oldest = sessions.values.filter { $0 !== kept }.min { $0.lastUsed < $1.lastUsed }
    if let oldest { sessions.removeValue(forKey: oldest.key) }
  }

  /// Every session.
  var all: some Collection<ExporterSession> { sessions.values }
}
