import Glibc
import Reference
import TestSupport
import Testing

extension Live {
  @Suite(
    "Sinks of live runs", .serialized, .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("tcpreplay").isMet, "needs the program tcpreplay"),
    .enabled(if: Requirement.program("sqlite3").isMet, "needs the program sqlite3"),
    .enabled(if: Requirement.program("curl").isMet, "needs the program curl"))
  struct SinkTests {
    /// A run with a file, a database and metrics.
    private struct Sinking {
      let directory = TemporaryDirectory()
      let run: LiveRun

      init(_ label: String) throws {
        let namespaces = try Namespaces(label)
        let ip = try #require(Tool.find("ip"))
        _ = Tool.run(ip, ["-n", namespaces.receiver, "link", "set", "lo", "up"])
        run = try LiveRun(
          namespaces,
          """
          P = PacketStream("nosuchif0");
          S = STREAM P BY SourcePort;
          N = FOREACH S GENERATE count() WINDOW 1s;
          OUTPUT N TO json("\(directory.file("rows"))"), sqlite("\(directory.file("db"))"),
            prometheus(":9435");
          """)
      }

      var metrics: String {
        run.namespaces.run(
          in: run.namespaces.receiver, "/usr/bin/env",
          ["curl", "-s", "-m", "5", "http://127.0.0.1:9435/metrics"]
        ).output
      }

      func sqlite(_ statement: String) -> [String] {
        let outcome = Tool.run(
          "/usr/bin/env", ["sqlite3", "-cmd", ".timeout 5000", directory.file("db"), statement],
          timeout: 60)
        return outcome.output.split(separator: "\n").map(String.init)
      }

      /// Port and count of the file's rows, by window's end.
      var rows: [String] {
        let text = String(decoding: FileBytes.read(directory.file("rows")) ?? [], as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
          guard let json = JSON(String(line)), json["type"]?.string == "row",
            let port = json["fields"]?["SourcePort"]?.integer,
            let count = json["fields"]?["N"]?.integer
          else { return nil }
          return "\(port)|\(count)"
        }
      }

      /// Sends and waits until metrics, file and database have the rows; what the metrics say.
      func send(sources: Int, times: Int) throws -> String {
        var text = ""
        _ = try run.send(LiveTraffic.syns(sources: sources, times: times))
        let isThere = run.job.waitUntil(timeout: 60) {
          text = metrics
          return text.contains("\nsal_n{") && sqlite("SELECT count(*) FROM N") == ["\(rows.count)"]
            && text.contains("\nsalc_rows_total{output=\"N\"} \(rows.count)\n")
        }
        #expect(isThere, "\(text) \(rows) \(sqlite("SELECT * FROM N"))")
        return text
      }
    }

    @Test("a file, a database and metrics of one run agree, value by value")
    func agree() throws {
      let sinking = try Sinking("sinks")
      let text = try sinking.send(sources: 5, times: 20)
      let shown = text.split(separator: "\n").compactMap { line -> String? in
        guard line.hasPrefix("sal_n{source_port=\"") else { return nil }
        return String(line.dropFirst("sal_n{source_port=\"".count)).replacing("\"} ", with: "|")
      }
      #expect(
        shown.sorted()
          == sinking.sqlite(
            "SELECT SourcePort, N FROM N WHERE window_end = (SELECT max(window_end) FROM N)"
          ).sorted(), "\(text)")
      #expect(sinking.sqlite("SELECT SourcePort, N FROM N").sorted() == sinking.rows.sorted())
      #expect(sinking.sqlite("SELECT sum(N) FROM N") == ["100"])
      #expect(text.contains("salc_lost_total{cause=\"ring\"} 0\n"))
      let result = sinking.run.stop()
      #expect(result.outcome.exitCode == 0, "\(result.outcome)")
    }

    @Test("kill -9 leaves a sound database with every row that was there, and the next run appends")
    func kill() throws {
      let sinking = try Sinking("killed")
      _ = try sinking.send(sources: 5, times: 20)
      sinking.run.job.signal(SIGKILL)
      #expect(sinking.run.job.wait(timeout: 20).exitCode == 128 + SIGKILL)
      #expect(sinking.sqlite("PRAGMA integrity_check") == ["ok"])
      #expect(sinking.sqlite("SELECT SourcePort, N FROM N").sorted() == sinking.rows.sorted())
      #expect(sinking.sqlite("SELECT count(*), sum(ended IS NULL) FROM salc_runs") == ["1|1"])
      let count = sinking.rows.count
      let again = salcReplay(into: sinking.directory)
      #expect(again.exitCode == 0, "\(again)")
      let total = Int(sinking.sqlite("SELECT count(*) FROM N").first ?? "") ?? 0
      #expect(total > count)
    }

    /// A run of a capture into the same database.
    private func salcReplay(into directory: TemporaryDirectory) -> Tool.Outcome {
      let capture = directory.file("again.pcap")
      FileBytes.write(CaptureFile.classic(LiveTraffic.syns(sources: 2, times: 2)), to: capture)
      return Tool.run(
        Tool.salc,
        [
          "run", "-e",
          """
          P = PacketStream("x"); S = STREAM P BY SourcePort;
          N = FOREACH S GENERATE count() WINDOW 1s; OUTPUT N TO sqlite("\(directory.file("db"))");
          """, "--pcap", capture,
        ], timeout: 60)
    }
  }
}
