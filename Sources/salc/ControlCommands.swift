import ArgumentParser
import Compiler
import Diagnostics
import Glibc
import Session

/// The running salc that a command is for.
struct ControlArguments: ParsableArguments {
  @Option(help: "The control socket of the running salc; needed where several run.")
  var control: String?

  /// The only one, or the one that was named.
  func connect() throws -> ControlClient {
    if let control {
      return try reported { () throws(ControlError) in try ControlClient(path: control) }
    }
    let found = ControlDirectory.sockets()
    guard let only = found.first, found.count == 1 else {
      let list = found.map { "\n  --control \($0.path)" }.joined()
      standardError(
        found.isEmpty
          ? "error: no salc of this user runs on an interface\n"
          : "error: several salcs run; say which:\(list)\n")
      throw ExitStatus.failure
    }
    return try reported { () throws(ControlError) in try ControlClient(path: only.path) }
  }
}

/// Tells a failure of the control socket and ends the command.
private func reported<Value: ~Copyable>(
  _ body: () throws(ControlError) -> Value
) throws(ExitStatus) -> Value {
  do throws(ControlError) { return try body() } catch {
    standardError("error: \(error)\n")
    throw .failure
  }
}

/// `salc ps`: what runs.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ps", abstract: "List the queries that run on interfaces.")

  @Option(help: "The control socket of one running salc.")
  var control: String?

  func run() throws {
    let sockets = control.map { [$0] } ?? ControlDirectory.sockets().map(\.path)
    var lines: [[String]] = [
      ["PID", "ID", "NAME", "INTERFACE", "PLACE", "PACKETS", "WINDOWS", "ROWS", "LOST", "QUERY"]
    ]
    for path in sockets {
      do throws(ControlError) {
        let listing = try ControlClient(path: path).list()
        for query in listing.queries {
          lines.append([
            "\(listing.process)", query.id, query.name,
            listing.interfaces.joined(separator: ","), query.placement, "\(query.packets)",
            "\(query.windows)", "\(query.rows)", "\(query.lost)", query.summary,
          ])
        }
      } catch {
        // One that has just ended is no news, unless it was asked for.
        if control != nil {
          standardError("error: \(error)\n")
          throw ExitStatus.failure
        }
      }
    }
    try standardOutput(table(lines))
  }

  /// Columns of the width of their widest cell, the last one as it is.
  private func table(_ lines: [[String]]) -> String {
    let widths = (0..<10).map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      let padded = zip(cells, widths).dropLast().map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      return (padded + [cells[9]]).joined(separator: "  ") + "\n"
    }.joined()
  }
}

extension ControlledQuery {
  /// The text in one line, without comments, on a terminal at most 60 characters; nothing that
  /// moves a cursor.
  fileprivate var summary: String {
    let lines = text.split(whereSeparator: \.isNewline).map { line -> Substring in
      guard let comment = line.firstRange(of: "--") else { return line }
      return line[..<comment.lowerBound]
    }
    let words = lines.joined(separator: " ").split(separator: " ").joined(separator: " ")
    let visible = String(
      String.UnicodeScalarView(
        words.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    return visible.count > 60 && isatty(STDOUT_FILENO) == 1 ? visible.prefix(59) + "…" : visible
  }
}

/// `salc stop`: ends a query; its open window is flushed.
struct StopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "End a running query; its open windows are shown as partial.")

  @OptionGroup var running: ControlArguments

  @Argument(
    help: "The query's number or name, as salc ps shows it; may be left out for the only one.")
  var query: String?

  func run() throws {
    let client = try running.connect()
    do throws(ControlError) { standardError(try client.stop(query) + "\n") } catch {
      standardError("error: \(error)\n")
      throw ExitStatus.failure
    }
  }
}

/// `salc reload`: another text takes the place of a running query.
struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Replace a running query by another, without losing a packet.",
    discussion: """
      State that means the same in both goes on; other windows begin where the old query's end. A
      query that does not compile changes nothing.
      """)

  @OptionGroup var query: QueryArguments
  @OptionGroup var placement: PlacementArguments
  @OptionGroup var running: ControlArguments

  @Option(help: "The running query's number or name; may be left out for the only one.")
  var id: String?

  func run() throws {
    let compiled = try query.compile(placement.options(), needsObject: false)
    let client = try running.connect()
    do throws(ControlError) {
      standardError(try client.reload(id, with: compiled) + "\n")
    } catch {
      standardError("error: \(error)\n")
      throw ExitStatus.failure
    }
  }
}
