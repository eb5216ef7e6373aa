/// `\timing`: how long queries ran.
struct TimingCommand: MetaCommand {
  let name = "timing"
  let aliases = ["timer"]
  let arguments = "[on|off]"
  let argument = ArgumentKind.words(["on", "off"])
  let summary = "tells how long queries ran"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    shell.showsTime = try arguments.toggled(shell.showsTime, name)
    shell.output.confirm("timing is \(shell.showsTime ? "on" : "off")")
  }
}
