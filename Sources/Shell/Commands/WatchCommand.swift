import Compiler

/// `\watch SECONDS`: runs the last query again and again.
struct WatchCommand: MetaCommand {
  let name = "watch"
  let aliases: [String] = []
  let arguments = "[SECONDS] [NAME]"
  let argument = ArgumentKind.name
  let summary = "runs the last query (or NAME) every 2 s until Ctrl-C"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    var words = arguments.words[...]
    var seconds = 2.0
    if let first = words.first, first.first?.isNumber == true {
      let nanoseconds = Compiler.duration(first).map { Double($0) / 1e9 }
      guard let given = Double(first) ?? nanoseconds, given >= 0.1, given <= 86_400 else {
        throw CommandFailure("\\watch takes seconds from 0.1, not \(first)", "", .usage)
      }
      seconds = given
      words = words.dropFirst()
    }
    guard words.count <= 1 else {
      throw CommandFailure("\\watch takes seconds and a name", "\\watch 5 Victims", .usage)
    }
    if let name = words.first, !shell.workspace.defines(name) { throw shell.unknown(name) }
    guard let target = words.first.map({ .name($0) }) ?? shell.lastTarget else {
      throw CommandFailure("no query has run yet", "\\watch \(seconds) NAME", .usage)
    }
    repeat {
      try shell.run(target, inBackground: false)
      if shell.wasInterrupted { return }
    } while shell.pause(seconds: seconds)
    // The terminal has shown ^C.
    shell.output.confirm("")
  }
}
