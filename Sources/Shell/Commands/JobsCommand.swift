/// `\ps`: the queries behind the prompt.
struct JobsCommand: MetaCommand {
  let name = "ps"
  let aliases = ["jobs"]
  let arguments = ""
  let argument = ArgumentKind.none
  let summary = "queries behind the prompt (started with NAME; &)"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    guard !shell.jobs.isEmpty else {
      return shell.output.say("no query runs behind the prompt\n")
    }
    var lines = [["no", "query", "input", "state", "time", "rows", "lost"]]
    for run in shell.jobs {
      let counts = run.channel.counts
      let state =
        switch run.outcome {
        case nil: run.wasStopped ? "stopping" : counts.attach ?? "running"
        case .finished?: "ended"
        case .failed?: "failed"
        }
      let unseen = counts.unseen == 0 ? "" : " (\(counts.unseen) not kept)"
      lines.append([
        "\(run.number)", run.title, run.input.end(of: 40), state, "\(Int(run.elapsedSeconds)) s",
        "\(counts.rows)\(unseen)", "\(counts.lost)",
      ])
    }
    shell.output.say(Columns.text(lines, width: shell.output.columns))
  }
}
