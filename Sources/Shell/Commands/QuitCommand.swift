/// `\q`: leaves.
struct QuitCommand: MetaCommand {
  let name = "q"
  let aliases = ["quit", "exit"]
  let arguments = ""
  let argument = ArgumentKind.none
  let summary = "leaves, as Ctrl-D does; queries of the background end"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    shell.isLeaving = true
  }
}
