/// `\forget NAME`: takes a name out of the session.
struct ForgetCommand: MetaCommand {
  let name = "forget"
  let aliases = ["drop"]
  let arguments = "NAME"
  let argument = ArgumentKind.name
  let summary = "takes a name out of the session"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    guard let name = try arguments.only(name) else {
      throw CommandFailure("\\forget takes a name of the session", "\\d lists them", .usage)
    }
    guard let change = shell.workspace.forget(name) else { throw shell.unknown(name) }
    shell.output.confirm("\(name) is forgotten")
    try shell.tell(change)
  }
}
