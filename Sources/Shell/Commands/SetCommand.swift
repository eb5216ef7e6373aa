/// `\set`: what is set; `\set NAME VALUE`: sets it.
struct SetCommand: MetaCommand {
  let name = "set"
  let aliases = ["open"]
  let arguments = "[NAME [VALUE]]"
  let argument = ArgumentKind.setting
  let summary = "iface, pcap, format, place and others; alone, lists them"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    let words = arguments.words
    guard let first = words.first else { return shell.output.say(list(shell)) }
    // `\set iface=eth0`, as other tools have it.
    let parts = first.split(separator: "=", maxSplits: 1).map(String.init)
    let setting = try Setting.named(parts.first ?? first)
    let values = parts.dropFirst() + words.dropFirst().filter { $0 != "=" }
    guard values.count <= 1 else {
      throw CommandFailure(
        "\(setting.name) takes one value, not \(values.count)", "put it in quotes", .usage)
    }
    guard let value = values.first else {
      let now = setting.value(shell.settings)
      return shell.output.say("\(setting.name) = \(now.isEmpty ? "(not set)" : now)\n")
    }
    try setting.set(&shell.settings, value)
    shell.nameInput()
  }

  private func list(_ shell: Shell) -> String {
    var lines = [["setting", "value", "takes", "what it is"]]
    for setting in Setting.all {
      let value = setting.value(shell.settings).end(of: 40)
      lines.append([
        setting.name, value.isEmpty ? "(not set)" : value, setting.values, setting.summary,
      ])
    }
    return Columns.text(lines, width: shell.output.columns)
  }
}
