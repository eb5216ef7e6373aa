/// `\unset NAME`: takes a setting back.
struct UnsetCommand: MetaCommand {
  let name = "unset"
  let aliases: [String] = []
  let arguments = "NAME"
  let argument = ArgumentKind.setting
  let summary = "takes a setting back"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    guard let name = try arguments.only(name) else {
      throw CommandFailure("\\unset takes the name of a setting", "\\set lists them", .usage)
    }
    try Setting.named(name).set(&shell.settings, nil)
    shell.nameInput()
  }
}
