/// `\save FILE`: the session as a program.
struct SaveCommand: MetaCommand {
  let name = "save"
  let aliases = ["w", "write"]
  let arguments = "FILE"
  let argument = ArgumentKind.file
  let summary = "writes the session as a program for salc run"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    guard let path = try arguments.only(name) else {
      throw CommandFailure("\\save takes the name of a file", "", .usage)
    }
    let existed = try FileText.write(path, Array(shell.workspace.programText.utf8))
    shell.output.confirm("\(existed ? "replaced" : "wrote") \(path)")
  }
}
