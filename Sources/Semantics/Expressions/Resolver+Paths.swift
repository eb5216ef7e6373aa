import DataModel
import Diagnostics
import Operators
import Plan
import Syntax

extension Resolver {
  /// A name in an expression: a feature, a column of the key, or a field of the tuple.
  mutating func check(_ path: Path, in scope: Scope) -> Typed? {
    let first = path.components[0]
    guard carryEdgeField(path, in: scope) else { return nil }
    if let id = bound(path.text, in: scope) { return Typed(.field(id), id.field.type, path.range) }
    if path.components.count == 1, names.assignments[first.text] != nil {
      return program(first, in: scope)
    }
    if let index = keyColumn(path.text, in: scope) {
      return Typed(.key(index), scope.key[index].type, path.range)
    }
    if path.components.count == 2, published(path.text, in: scope) == nil,
      names.assignments[first.text] != nil
    {
      return rankedMember(first, path.components[1], 0, path.range, in: scope)
    }
    guard let (id, _) = field(path, in: scope) else { return nil }
    // Over rows, and where the key has the field as it is, the name means the key's column.
    if let index = scope.key.firstIndex(where: {
      $0.field == id && ($0.mask == nil || !scope.hasTuples)
    }) {
      return Typed(.key(index), scope.key[index].type, path.range)
    }
    guard scope.hasTuples else {
      reportNotInRows(path, scope)
      return nil
    }
    return Typed(.field(id), id.field.type, path.range)
  }

  private func keyColumn(_ name: String, in scope: Scope) -> Int? {
    // Over tuples `DestIp` is the field, also where the key has a prefix of it; `Net` is the key's.
    scope.key.firstIndex {
      $0.name == name
        && ($0.mask == nil || !scope.hasTuples || published(name, in: scope) == nil)
    }
  }

  private mutating func reportNotInRows(_ path: Path, _ scope: Scope) {
    if besideField.flatMap({ meaning(ofWord: path.text, beside: $0) }) != nil {
      // `IpProtocol IN {tcp}`: the word is a field, but never a constant.
      return reportUnknownField(path, in: scope)
    }
    let columns = scope.key.map(\.name)
    let have = columns.isEmpty ? "features" : "\(columns.joined(separator: ", ")) and features"
    report(
      Diagnostic(
        .fieldNotInRows, "rows have no field ‘\(path.text)’", at: path.range,
        notes: [Diagnostic.Note("a row has \(have); filter the tuples before FOREACH")]))
  }

  /// A field of the tuple by either vocabulary, with the name to show; reports unknown names.
  mutating func field(_ path: Path, in scope: Scope) -> (FieldID, String)? {
    let name = path.text
    guard carryEdgeField(path, in: scope) else { return nil }
    if let id = bound(name, in: scope) ?? derived(name, in: scope) { return (id, name) }
    if let id = published(name, in: scope) {
      noteUntold(id, path)
      return (id, name)
    }
    if let known = earlierKey(name, in: scope) {
      if known.mask == nil, known.fallback == nil { return (known.field, name) }
      reportEarlier(known, path)
      return nil
    }
    if let schema = schema(in: scope) { return recordField(path, of: schema, in: scope) }
    if let rows = rowColumns(in: scope) {
      reportNoColumn(path, rows)
      return nil
    }
    if let (group, _) = RepeatedGroup.named(name) {
      if let id = chosenValues[name] { return (id, id.field.name) }
      reportRepeated(group, path)
      return nil
    }
    if Self.searchable.keys.contains(name) {
      report(
        Diagnostic(
          .wrongType, "‘\(name)’ is bytes, which are only searched", at: path.range,
          notes: [
            Diagnostic.Note("for example: payload CONTAINS \"zorro\"; its length is payload.len")
          ]))
      return nil
    }
    if let id = PacketFields.namedIgnoringCase(name).first {
      let published = PacketFields.names.first { $0.lowercased() == name.lowercased() } ?? name
      noteSpelling(path, published)
      return (id, published)
    }
    reportUnknownField(path, in: scope)
    return nil
  }

  /// The column of a key that the tuples had before, where nothing else has the name.
  func earlierKey(_ name: String, in scope: Scope) -> KeyComponent? {
    guard scope.hasTuples, let known = scope.earlier.first(where: { $0.name == name }),
      bound(name, in: scope) == nil, derived(name, in: scope) == nil,
      published(name, in: scope) == nil, names.assignments[name] == nil
    else { return nil }
    return known
  }

  private mutating func reportEarlier(_ known: KeyComponent, _ path: Path) {
    report(
      Diagnostic(
        .unknownField, "‘\(path.text)’ is a column of an earlier key, and no field of the tuple",
        at: path.range,
        notes: [
          Diagnostic.Note("it is \(known.text); ask for ‘\(known.field)’, or key by it again")
        ]))
  }

  private mutating func reportNoColumn(_ path: Path, _ rows: RowColumns) {
    let names = rows.all.map(\.field.name)
    var fixIts: [FixIt] = []
    if let near = nearest(to: path.text, in: names) {
      fixIts.append(FixIt("did you mean ‘\(near)’?", replacing: path.range, with: near))
    }
    report(
      Diagnostic(
        .fieldNotInRows, "rows have no field ‘\(path.text)’", at: path.range,
        notes: [Diagnostic.Note("these have \(names.joined(separator: ", "))")], fixIts: fixIts))
  }

  mutating func reportUnknownField(_ path: Path, in scope: Scope) {
    let name = path.text
    guard path.components.allSatisfy({ !$0.isMissing }) else { return }
    let packets = PacketFields.names + RepeatedGroup.names
    let fields = scope.hasTuples ? schema(in: scope)?.names ?? packets : []
    let candidates = (scope.key + scope.earlier).map(\.name) + names.ordered + fields
    var fixIts: [FixIt] = []
    if let near = nearest(to: name, in: candidates) {
      fixIts.append(FixIt("did you mean ‘\(near)’?", replacing: path.range, with: near))
    }
    var notes: [Diagnostic.Note] = []
    if let meant = besideField.flatMap({ meaning(ofWord: name, beside: $0) }) {
      notes.append(Diagnostic.Note(meant.note))
      fixIts =
        meant.replacement.map {
          [FixIt("did you mean \($0)?", replacing: path.range, with: $0)]
        } ?? []
    }
    let what = scope.hasTuples || scope.hasFeatures ? "field or feature" : "constant"
    report(
      Diagnostic(
        .unknownField, "no \(what) is called ‘\(name)’", at: path.range, notes: notes,
        fixIts: fixIts))
  }

  /// A name of the program in an expression: only features have values.
  private mutating func program(_ name: Name, in scope: Scope) -> Typed? {
    let isField = scope.hasTuples && published(name.text, in: scope)?.isPresence == false
    if isField || scope.key.contains(where: { $0.name == name.text }) {
      let notes =
        names.statement(of: name.text, usedIn: statement)
        .map { [Diagnostic.Note("the program's own ‘\(name.text)’", at: nameRange($0))] } ?? []
      report(
        Diagnostic(
          .ambiguousName,
          "‘\(name.text)’ is a \(isField ? "field of the tuple" : "column of the key") "
            + "and a name of the program",
          at: name.range, notes: notes + [Diagnostic.Note("rename the program's own")]))
      return nil
    }
    switch meaning(of: name) {
    case .invalid: return nil
    case .feature(let index, _):
      guard scope.hasFeatures else {
        report(
          Diagnostic(
            .featureOutOfPlace, "the feature ‘\(name.text)’ cannot stand here", at: name.range,
            notes: [Diagnostic.Note("only fields of the tuple and constants can")]))
        return nil
      }
      return Typed(.feature(index), plan.features[index].type, name.range)
    case .current(let index, _):
      guard scope.hasFeatures, scope.hasTuples else {
        report(
          Diagnostic(
            .featureOutOfPlace, "‘\(name.text)’ cannot stand here", at: name.range,
            notes: [
              Diagnostic.Note("it changes with every tuple of its key, so tuples ask it")
            ]))
        return nil
      }
      return Typed(.current(index), plan.itemFeatures[index].type, name.range)
    case .rows, .tuples:
      report(
        Diagnostic(
          .streamIsNoValue, "‘\(name.text)’ is a stream, not a value", at: name.range,
          notes: [Diagnostic.Note("ask whether a key is in it: DestIp IN \(name.text)")]))
      return nil
    }
  }

  // MARK: Members of features

  /// `F.value(i)`, `F.count(i)`, `F.key(i)`.
  mutating func check(_ node: MethodCall, in scope: Scope) -> Typed? {
    guard case .path(let path) = node.base,
      path.components.count == 1 || node.name.text.lowercased() == "prev"
    else {
      notSupported("‘.\(node.name.text)’ of an expression", node.name.range)
      return nil
    }
    if node.name.text.lowercased() == "prev" {
      // A feature's windows, or tuples of a TRANSFORM.
      return names.assignments[path.text] == nil || bound(path.text, in: scope) != nil
        ? previous(node, path, in: scope) : previous(path.components[0], node, in: scope)
    }
    var index = 0
    if let argument = node.arguments.first {
      guard case .literal(let literal) = argument.value, case .integer(let value) = literal.value,
        value < 1_000_000, node.arguments.count == 1
      else {
        report(
          Diagnostic(
            .wrongArgument, "the place in a ranking is a whole number from 0",
            at: argument.range))
        return nil
      }
      index = Int(value)
    }
    return rankedMember(path.components[0], node.name, index, node.range, in: scope)
  }

  private mutating func rankedMember(
    _ base: Name, _ member: Name, _ place: Int, _ range: SourceRange, in scope: Scope
  ) -> Typed? {
    guard let value = program(base, in: scope) else { return nil }
    let call: OperatorCall? =
      switch value.node {
      case .feature(let index): plan.features[index].call
      case .current(let index): plan.itemFeatures[index].call
      default: nil
      }
    guard let call, value.type == .ranking else {
      report(
        Diagnostic(
          .unknownMember, "‘\(base.text)’ has no members; it is \(article(value.type))",
          at: member.range,
          notes: [Diagnostic.Note("topk has .value(i), .count(i) and .key(i)")]))
      return nil
    }
    guard let kind = RankedMember(rawValue: member.text) else {
      var fixIts: [FixIt] = []
      if let near = nearest(to: member.text, in: ["value", "count", "key"]) {
        fixIts.append(FixIt("did you mean ‘\(near)’?", replacing: member.range, with: near))
      }
      report(
        Diagnostic(
          .unknownMember, "a ranking has no ‘\(member.text)’", at: member.range,
          notes: [Diagnostic.Note("topk has .value(i), .count(i) and .key(i)")], fixIts: fixIts))
      return nil
    }
    let type: ScalarType
    switch kind {
    case .share: type = .float
    case .count: type = .signed
    case .key:
      guard case .fields(let items)? = call.arguments.first,
        let item = items.first
      else { preconditionFailure("a ranking is of fields") }
      // The key of several fields is their values, one text: `10.0.0.1/80`.
      type = items.count == 1 ? item.type : .string
    }
    switch value.node {
    case .feature(let index): return Typed(.ranked(index, kind, place), type, range)
    case .current(let index): return Typed(.currentRanked(index, kind, place), type, range)
    default: return nil
    }
  }
}
