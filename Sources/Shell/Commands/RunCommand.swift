/// `\g`: runs what the session puts out; `\g NAME`: one stream.
struct RunCommand: MetaCommand {
  let name = "g"
  let aliases = ["go", "run"]
  let arguments = "[NAME] [&]"
  let argument = ArgumentKind.name
  let summary = "runs all OUTPUTs together, or one stream (as NAME; does)"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    let name = try arguments.only(name)
    if let name, !shell.workspace.defines(name) { throw shell.unknown(name) }
    try shell.run(.init(name), inBackground: arguments.isBackground)
  }
}
