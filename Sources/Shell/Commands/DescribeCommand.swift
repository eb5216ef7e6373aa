import DataModel

/// `\d`: the names of the session; `\d NAME`: what one of them is.
struct DescribeCommand: MetaCommand {
  let name = "d"
  let aliases = ["tables", "schema", "streams", "describe", "dt", "desc"]
  let arguments = "[NAME]"
  let argument = ArgumentKind.name
  let summary = "streams and features; of one, its fields or columns"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    if let name = try arguments.only(name) {
      shell.output.say(try text(of: name, in: shell))
    } else {
      shell.output.say(list(shell))
    }
  }

  private func list(_ shell: Shell) -> String {
    let names = shell.workspace.names.compactMap { shell.workspace.describe($0) }
    guard !names.isEmpty else { return "nothing is defined yet\n" }
    var lines = [["name", "kind", "window", "key or columns"]]
    for what in names {
      let columns = what.columns.map { "\($0.name): \($0.type)" }.joined(separator: ", ")
      let isTuples = ["stream", "source", "setting", "broken"].contains(what.kind)
      let last = !what.key.isEmpty ? what.key : isTuples ? "" : columns
      lines.append([what.name, what.kind, what.window, last])
    }
    return Columns.text(lines, width: shell.output.columns)
  }

  private func text(of name: String, in shell: Shell) throws(CommandFailure) -> String {
    guard let what = shell.workspace.describe(name) else {
      let below = Self.fields(below: name, shell.output.columns)
      if let field = PacketFields.named(name) { return Self.text(of: field) + below }
      if let (group, place) = RepeatedGroup.named(name) {
        let member = group.members[place]
        return "\(name): \(member.type). \(member.summary)\nA packet can have several: a "
          + "comparison asks for any, a key or an argument makes one tuple of each.\n"
      }
      guard below.isEmpty else { return below }
      throw shell.unknown(name)
    }
    var text = "\(name) is a \(what.summary)\n\n\(what.definition)\n"
    if what.kind == "broken" { text = "\(name) is not right\n\n\(what.definition)\n" }
    guard what.kind == "source" else { return text }
    text += "\n" + Self.table(PacketFields.all, shell.output.columns)
    return text
  }

  /// The fields of a protocol, `tcp` or `tcp.`; empty where there are none.
  private static func fields(below name: String, _ columns: Int) -> String {
    let prefix = (name.hasSuffix(".") ? name : name + ".").lowercased()
    let fields = PacketFields.all.filter { field in
      ([field.name] + field.aliases).contains { $0.lowercased().hasPrefix(prefix) }
    }
    return fields.isEmpty ? "" : table(fields, columns)
  }

  private static func table(_ fields: [PacketField], _ columns: Int) -> String {
    let lines = fields.map { field in
      [field.name, field.aliases.joined(separator: ", "), "\(field.type)", field.summary]
    }
    return Columns.text([["field", "other names", "type", "meaning"]] + lines, width: columns)
  }

  private static func text(of id: FieldID) -> String {
    let field = id.field
    let others = field.aliases.isEmpty ? "" : " (\(field.aliases.joined(separator: ", ")))"
    return "\(field.name)\(others) is a field: \(field.type)\n\(field.summary)\n"
  }
}
