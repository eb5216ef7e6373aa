import ArgumentParser

/// `salc completions SHELL`: the script that completes commands, flags, files and codes.
struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions", abstract: "Print the completion script of a shell.",
    discussion: """
      bash: salc completions bash > ~/.local/share/bash-completion/completions/salc
      zsh:  salc completions zsh > a directory of $fpath, as _salc
      fish: salc completions fish > ~/.config/fish/completions/salc.fish
      """)

  /// The shells that the argument parser writes scripts for.
  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish
  }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() throws {
    let kind: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    try standardOutput(Salc.completionScript(for: kind) + "\n")
  }
}

/// The machine's network interfaces, for completion.
func interfaceNames() -> [String] {
  // The entries are links to directories of devices, so they count as files.
  let paths = (try? directoryEntries("/sys/class/net")) ?? nil
  return (paths ?? []).compactMap { $0.split(separator: "/").last.map(String.init) }
}
