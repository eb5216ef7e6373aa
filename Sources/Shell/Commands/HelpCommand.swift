/// `\?`: the commands.
struct HelpCommand: MetaCommand {
  let name = "?"
  let aliases = ["help", "h"]
  let arguments = "[COMMAND]"
  let argument = ArgumentKind.command
  let summary = "this list"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    if let wanted = try arguments.only(name) {
      let command = try MetaCommands.named(String(wanted.drop { $0 == "\\" || $0 == "." }))
      var text = Self.usage(command) + "\n\(command.summary)\n"
      if !command.aliases.isEmpty {
        text += "also: " + command.aliases.map { "\\\($0), .\($0)" }.joined(separator: ", ") + "\n"
      }
      return shell.output.say(text)
    }
    let lines = MetaCommands.all.map { [Self.usage($0), $0.summary] }
    shell.output.say(
      """
      Name = …;          defines a stream or a feature; again, redefines it
      Name;              runs it until Ctrl-C; a capture to its end
      Name; &            runs it behind the prompt
      OUTPUT Name (…);   runs it with these columns


      """ + Columns.text(lines, width: shell.output.columns))
  }

  private static func usage(_ command: any MetaCommand) -> String {
    "\\\(command.name)" + (command.arguments.isEmpty ? "" : " \(command.arguments)")
  }
}
