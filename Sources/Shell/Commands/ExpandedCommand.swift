/// `\x`: a line a column instead of a line a row.
struct ExpandedCommand: MetaCommand {
  let name = "x"
  let aliases = ["expanded"]
  let arguments = "[on|off]"
  let argument = ArgumentKind.words(["on", "off"])
  let summary = "a line a column instead of a line a row"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    shell.isExpanded = try arguments.toggled(shell.isExpanded, name)
    shell.output.confirm("rows are \(shell.isExpanded ? "expanded" : "tables")")
  }
}

extension CommandArguments {
  /// The value of a switch: as said, or the other one.
  func toggled(_ now: Bool, _ command: String) throws(CommandFailure) -> Bool {
    switch try only(command)?.lowercased() {
    case nil: return !now
    case "on"?: return true
    case "off"?: return false
    case let word?:
      throw CommandFailure("\\\(command) takes on or off, not \(word)", "", .usage)
    }
  }
}
