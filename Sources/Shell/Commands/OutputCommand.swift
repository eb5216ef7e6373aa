/// `\o FILE`: rows go to a file; `\o`: to the terminal again.
struct OutputCommand: MetaCommand {
  let name = "o"
  let aliases = ["output", "out"]
  let arguments = "[FILE]"
  let argument = ArgumentKind.file
  let summary = "rows go to a file; alone, to the terminal again"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    let path = try arguments.only(name)
    try shell.output.send(rowsTo: path)
    shell.output.confirm(path.map { "rows go to \($0)" } ?? "rows go to the terminal")
  }
}
