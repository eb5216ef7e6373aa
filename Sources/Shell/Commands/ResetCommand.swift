/// `\r`: gives up the statement that was begun.
struct ResetCommand: MetaCommand {
  let name = "r"
  let aliases = ["reset"]
  let arguments = ""
  let argument = ArgumentKind.none
  let summary = "gives up the statement that was begun (as Ctrl-C does)"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    shell.discardPending()
  }
}
