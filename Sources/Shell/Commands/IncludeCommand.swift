/// `\i FILE`: reads statements and commands from a file.
struct IncludeCommand: MetaCommand {
  let name = "i"
  let aliases = ["read", "include"]
  let arguments = "FILE"
  let argument = ArgumentKind.file
  let summary = "reads statements and commands from a file; \\g runs its OUTPUTs"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    guard let path = try arguments.only(name) else {
      throw CommandFailure("\\i takes the name of a file", "", .usage)
    }
    try shell.include(path)
  }
}
