import TestSupport
import Testing

@Suite("explain and compile") struct ExplainTests {
  @Test func textShowsBothSidesOfTheCutWithCosts() {
    let outcome = salc("explain", "-e", Given.bySource)
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.summary)")
    for word in ["XDP", "HOST", "cut", "instructions", "state", "bound", "why:", "stack"] {
      #expect(outcome.output.contains(word), "\(word): \(outcome.output)")
    }
  }

  @Test func aSketchAKeyIsWeighedAgainstTheDataPathsMemory() {
    let statement = "P = PacketStream(\"eth0\"); K = STREAM P BY SourceIp; "
    for call in ["countdistinct(DestIp)", "topk(DestPort, 5)", "entropy(DestPort)"] {
      let outcome = salc(
        "explain", "-e", statement + "OUTPUT FOREACH K GENERATE \(call) WITHIN 10% WINDOW 1s;")
      #expect(outcome.exitCode == 0, "\(outcome.summary)")
      for words in ["form: ", "there at most", "would take", "64 MiB a CPU and epoch"] {
        #expect(outcome.output.contains(words), "\(call): \(outcome.output)")
      }
    }
  }

  @Test func textOfAQueryOnTheHostSaysWhy() {
    let outcome = salc("explain", "-e", Given.bySource, "--place", "host")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.contains("HOST"))
  }

  @Test func jsonIsOneObjectWithNodesThatNameTheirInputs() throws {
    let outcome = salc("explain", "-e", Given.bySource, "--format", "json")
    let root = try #require(JSON(outcome.output), "\(outcome.summary)")
    let nodes = root["nodes"]?.elements ?? []
    let ids = nodes.compactMap { $0["id"]?.string }
    #expect(ids.count == nodes.count && Set(ids).count == ids.count && !ids.isEmpty)
    for node in nodes {
      for input in node["inputs"]?.elements ?? [] {
        #expect(ids.contains(input.string ?? ""), "\(node)")
      }
      #expect(["data_path", "host"].contains(node["place"]?.string))
    }
    #expect(root["version"]?.integer == 1)
    for node in nodes {
      #expect(node["why"]?.string?.isEmpty == false, "\(node)")
      guard let traffic = node["to_host"], traffic["record_bytes"] != nil else { continue }
      #expect((traffic["window_bytes"]?.integer ?? 0) > 0, "\(node)")
    }
    let totals = try #require(root["totals"])
    let used = try #require(totals["instructions"]?.integer)
    let limit = try #require(totals["instructions_max"]?.integer)
    #expect(used > 0 && used <= limit)
    #expect((totals["state_bytes"]?.integer ?? 0) > 0)
    #expect((totals["stack_bytes"]?.integer ?? 0) <= (totals["stack_bytes_max"]?.integer ?? 0))
  }

  @Test func dotIsAGraph() throws {
    let outcome = salc("explain", "-e", Given.bySource, "--format", "dot")
    #expect(outcome.output.hasPrefix("digraph query {") && outcome.output.hasSuffix("}\n"))
    #expect(outcome.output.contains("->") && outcome.output.contains("cluster_xdp"))
    if let dot = Tool.find("dot") {
      let file = TemporaryDirectory().write(outcome.output, to: "q.dot")
      #expect(Tool.run(dot, ["-Tplain", file]).exitCode == 0)
    }
  }

  @Test func allSamplesAreExplainedInAllFormats() {
    for sample in Sample.all {
      for format in ["text", "json", "dot"] {
        let outcome = salc("explain", Repository.root + "/" + sample.file, "--format", format)
        #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(sample): \(outcome.summary)")
      }
    }
  }

  @Test func stagesGoToStandardOutputAndAreRepeatable() {
    for stage in ["c", "plan"] {
      let first = salc("compile", "-e", Given.bySource, "--emit", stage)
      #expect(first.exitCode == 0 && first.errors.isEmpty, "\(first.summary)")
      #expect(!first.output.isEmpty)
      #expect(salc("compile", "-e", Given.bySource, "--emit", stage).output == first.output)
    }
    let program = salc("compile", "-e", Given.bySource, "--emit", "c").output
    #expect(program.contains("#line") && program.contains("SEC("))
  }

  @Test func onTheHostThereIsNoProgramToEmitOrOneThatDecodesOnly() {
    let outcome = salc("compile", "-e", Given.bySource, "--emit", "c", "--place", "host")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(!outcome.output.isEmpty || outcome.errors.contains("note:"))
  }

  @Test func compileNeedsSomethingToDo() {
    let outcome = salc("compile", "-e", Given.bySource)
    #expect(outcome.exitCode == 2 && outcome.errors.contains("--emit"), "\(outcome.summary)")
    #expect(salc("compile", "-e", Given.bySource, "--emit", "asm").exitCode == 2)
    #expect(salc("explain", "-e", Given.bySource, "--format", "xml").exitCode == 2)
    #expect(salc("explain", "-e", Given.bySource, "--place", "moon").exitCode == 2)
  }
}
