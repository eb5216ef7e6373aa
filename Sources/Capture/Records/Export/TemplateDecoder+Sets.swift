import DataModel

// Template sets and sets of options templates.
extension TemplateDecoder {
  /// Takes the templates of a set; what cannot be one ends it.
  func takeTemplates(_ set: Octets, isOptions: Bool, _ session: ExporterSession) {
    var at = 0
    // Less than a template's header is padding.
    while set.count - at >= 4 {
      if set.isZero(from: at) { return }
      let id = set.u16(at)
      let size: Int?
      if isIpfix {
        let fieldCount = Int(set.u16(at + 2))
        if fieldCount == 0 {
          withdraw(id, isOptions: isOptions, session)
          at += 4
          continue
        }
        size = takeIpfix(set, at, id, fieldCount, isOptions, session)
      } else {
        size = takeV9(set, at, id, isOptions, session)
      }
      guard let size else {
        return issues.noteMalformed("template \(id) reaches beyond its set, or has no bytes")
      }
      at += size
    }
  }

  /// RFC 7011, section 8.1: a template without fields is withdrawn; that of the set's own ID means
  /// all of them.
  private func withdraw(_ id: UInt16, isOptions: Bool, _ session: ExporterSession) {
    if id == (isOptions ? 3 : 2) {
      session.withdrawAll(options: isOptions)
    } else {
      session.withdraw(id)
    }
  }

  private func takeIpfix(
    _ set: Octets, _ start: Int, _ id: UInt16, _ fieldCount: Int, _ isOptions: Bool,
    _ session: ExporterSession
  ) -> Int? {
    var at = start + (isOptions ? 6 : 4)
    if isOptions {
      let scopes = Int(set.u16(start + 4))
      guard scopes > 0, scopes <= fieldCount else { return nil }
    }
    guard id >= 256, set.has(at, fieldCount * 4) else { return nil }
    var fields: [TemplateField] = []
    fields.reserveCapacity(fieldCount)
    for _ in 0..<fieldCount {
      guard set.has(at, 4) else { return nil }
      let element = set.u16(at)
      let length = Int(set.u16(at + 2))
      at += 4
      var enterprise: UInt32 = 0
      if element & 0x8000 != 0 {
        guard set.has(at, 4) else { return nil }
        enterprise = set.u32(at)
        at += 4
      }
      fields.append(
        TemplateField(
          element: FlowElement(enterprise: enterprise, element & 0x7FFF), length: length))
    }
    return define(id, fields, isOptions, session) ? at - start : nil
  }

  private func takeV9(
    _ set: Octets, _ start: Int, _ id: UInt16, _ isOptions: Bool, _ session: ExporterSession
  ) -> Int? {
    var at = start + (isOptions ? 6 : 4)
    // Options count bytes where templates count fields.
    let scopes = isOptions ? Int(set.u16(start + 2)) / 4 : 0
    let count = isOptions ? scopes + Int(set.u16(start + 4)) / 4 : Int(set.u16(start + 2))
    guard id >= 256, count > 0, set.has(at, count * 4) else { return nil }
    var fields: [TemplateField] = []
    fields.reserveCapacity(count)
    for index in 0..<count {
      fields.append(
        TemplateField(
          element: FlowElement(set.u16(at)), length: Int(set.u16(at + 2)),
          isScope: index < scopes))
      at += 4
    }
    return define(id, fields, isOptions, session) ? at - start : nil
  }

  private func define(
    _ id: UInt16, _ fields: [TemplateField], _ isOptions: Bool, _ session: ExporterSession
  ) -> Bool {
    if let old = session.templates[id], old.isOptions == isOptions, old.fields == fields {
      return true
    }
    let template = Template(
      id: id, fields: fields, isOptions: isOptions, columns: columns, known: known)
    guard template.recordBytes > 0, store.define(template, in: session) else { return false }
    release(template, session)
    return true
  }
}
