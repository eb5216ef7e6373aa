import DataModel
import TestSupport
import Testing

/// What exporters send: our records are those that nfdump has of the same datagrams.
@Suite("Exported flows on the command line") struct ExportedFlowTests {
  private let directory = TemporaryDirectory()

  private static let capture = (Repository.testData ?? "") + "/pcap/d05_web_dns_mix_76s.pcap"

  /// softflowd sends the flows of a capture to salc and to nfcapd, over UDP.
  private func script(_ version: Int, _ flag: String, _ query: String, port: Int) -> String {
    """
    cd '\(directory.path)' && mkdir n
    $SALC run -e '\(query)' \(flag) 127.0.0.1:\(port) --for 5s --format csv >ours 2>notes &
    nfcapd -w n -p \(port + 1) -b 127.0.0.1 -t 60 >/dev/null 2>&1 & collector=$!
    for i in $(seq 60); do
      [ "$(grep -cE ':('$(printf '%04X|%04X' \(port) \(port + 1))') ' /proc/net/udp)" = 2 ] && break
      sleep 0.05
    done
    timeout 4 softflowd -r '\(Self.capture)' -n 127.0.0.1:\(port),127.0.0.1:\(port + 1) \
      -v \(version) -d >/dev/null 2>&1
    sleep 0.5; kill $collector; wait
    nfdump -q -6 -N -r n/nfcapd.* -o 'fmt:%sa,%da,%sp,%dp,%pr,%pkt,%byt' | tr -d ' ' |
      sed 's/,TCP,/,6,/; s/,UDP,/,17,/; s/,ICMP,/,1,/; s/,ICMP6,/,58,/; s/,IGMP,/,2,/' |
      awk -F, 'NF == 7 { if ($5 != 6 && $5 != 17) $3 = $4 = ""
        print $1, $2, $3, $4, $5, $6, $7 }' |
      sort >theirs
    awk -F, 'NR > 1 { if ($6 != 6 && $6 != 17) $4 = $5 = ""; print $2, $3, $4, $5, $6, $7, $8 }' \
      ours | sort >mine
    cat notes; wc -l <mine; diff theirs mine | head -5
    """
  }

  @Test(
    "softflowd's flows of a capture are nfdump's, record by record",
    .enabled(if: Requirement.captures.isMet, "\(Requirement.captures.reason)"),
    .enabled(if: Requirement.program("softflowd").isMet, "needs softflowd"),
    .enabled(if: Requirement.program("nfcapd").isMet, "needs nfcapd"),
    arguments: [
      (5, "NetflowV5Stream", "--netflow", "Protocol"),
      (9, "NetflowV9Stream", "--netflow", "IpLayerProtocol"),
      (10, "IpfixStream", "--ipfix", "IpLayerProtocol"),
    ])
  func agreesWithNfdump(_ row: (version: Int, source: String, flag: String, number: String)) {
    let query =
      "F = \(row.source)(); OUTPUT F (SourceIp, DestIp, SourcePort, DestPort, \(row.number), "
      + "Dpkts, Doctets);"
    let port = 21_000 + Int.random(in: 0..<4000) * 2
    let outcome = shell(script(row.version, row.flag, query, port: port))
    let records = row.version == 5 ? 1208 : 1213
    #expect(
      outcome.output == "\(records) records, \(records) rows, nothing lost\n\(records)\n",
      "\(outcome.summary)")
  }

  @Test(
    "the samples over flows run on what exporters sent",
    .enabled(if: Requirement.captures.isMet, "\(Requirement.captures.reason)"),
    arguments: [
      ("flows/services", "--netflow", "netflow5_test_juniper_mx80.dat", "https"),
      ("flows/top-talkers", "--ipfix", "ipfix_test_openbsd_pflow_tpl.dat", "192.168.0.17"),
      ("flows/port-scan", "--netflow", "netflow9_test_valid01.dat", "nothing lost"),
      ("sal/ml_v5", "--netflow", "netflow5_test_juniper_mx80.dat", "29 rows"),
      ("sal/moghadam", "--netflow", "netflow5_test_juniper_mx80.dat", "29 rows"),
    ])
  func samples(sample: String, flag: String, file: String, expected: String) {
    let data = (Repository.testData ?? "") + "/flows/logstash_netflow/"
    // What a template's file lacks in records its neighbour has.
    let neighbour = file.contains("_tpl") ? data + "ipfix_test_openbsd_pflow_data.dat" : ""
    let outcome = shell(
      "cat '\(data)\(file)' \(neighbour) | $SALC run '\(Repository.root)/samples/\(sample).sal' "
        + "\(flag) -")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect((outcome.output + outcome.errors).contains(expected), "\(outcome.summary)")
  }

  @Test(
    "nfreplay's records of a capture are nfdump's, record by record",
    .enabled(if: Requirement.captures.isMet, "\(Requirement.captures.reason)"),
    .enabled(if: Requirement.program("nfpcapd").isMet, "needs nfpcapd"),
    .enabled(if: Requirement.program("nfreplay").isMet, "needs nfreplay"),
    arguments: [(5, "NetflowV5Stream", "Protocol"), (9, "NetflowV9Stream", "IpLayerProtocol")])
  func nfreplay(_ row: (version: Int, source: String, number: String)) {
    let query =
      "F = \(row.source)(); OUTPUT F (SourceIp, DestIp, SourcePort, DestPort, \(row.number), "
      + "Dpkts, Doctets);"
    let port = 25_000 + Int.random(in: 0..<4000)
    let capture = (Repository.testData ?? "") + "/pcap/d25_ssh_hydra_attack.pcap"
    let outcome = shell(
      """
      cd '\(directory.path)' && mkdir n && nfpcapd -r '\(capture)' -w n -e 3600,3600 >/dev/null 2>&1
      $SALC run -e '\(query)' --netflow 127.0.0.1:\(port) --for 3s --format csv >ours 2>notes &
      for i in $(seq 60); do
        grep -q $(printf ':%04X ' \(port)) /proc/net/udp && break
        sleep 0.05
      done
      for file in n/nfcapd.*; do
        nfreplay -r $file -H 127.0.0.1 -p \(port) -v \(row.version) >/dev/null 2>&1
      done
      wait
      nfdump -q -6 -N -R n -o 'fmt:%sa,%da,%sp,%dp,%pr,%pkt,%byt' | tr -d ' ' |
        sed 's/,TCP,/,6,/; s/,UDP,/,17,/' | awk -F, 'NF == 7' | sort >theirs
      awk -F, 'NR > 1 { print $2 "," $3 "," $4 "," $5 "," $6 "," $7 "," $8 }' ours | sort >mine
      cat notes
      # Version 5 has no IPv6.
      [ \(row.version) != 5 ] || sed -i '/:/d' theirs
      [ $(wc -l <theirs) -gt 10 ] || { echo; echo '< too few'; }
      diff theirs mine | head -5
      """)
    #expect(
      outcome.output.contains("nothing lost") && !outcome.output.contains("\n<")
        && !outcome.output.contains("\n>"), "\(outcome.summary)")
  }

  @Test("a connection that breaks is made again, and the line that broke off is one malformed")
  func broken() {
    let program = RecordCommandTests.query
    let line = String(RecordCommandTests.line("100.25", "7").dropLast())
    let port = 31_000 + Int.random(in: 0..<1000)
    let outcome = shell(
      """
      python3 - <<'END' & sleep 0.5
      import socket, struct, time
      server = socket.create_server(("127.0.0.1", \(port)))
      first, _ = server.accept()
      first.sendall(b"\(line)\\nbroken o")
      time.sleep(0.5)
      first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
      first.close()
      second, _ = server.accept()
      second.sendall(b"\(line)\\n")
      END
      $SALC run -e '\(program)' --csv tcp:127.0.0.1:\(port) --for 10s --format csv
      wait
      """)
    #expect(outcome.output.contains("10.0.0.1,2,14"), "\(outcome.summary)")
    #expect(outcome.errors.contains("broke 1 times and was made again"), "\(outcome.summary)")
    #expect(outcome.errors.contains("1 malformed"), "\(outcome.summary)")
  }

  @Test("a server that is not there is named, with what the system says")
  func refused() {
    let outcome = shell("$SALC run -e '\(RecordCommandTests.query)' --csv tcp:127.0.0.1:1")
    #expect(outcome.exitCode != 0)
    #expect(outcome.errors.contains("tcp:127.0.0.1:1: "), "\(outcome.summary)")
  }

  @Test("lines come over TCP from clients")
  func tcp() {
    let program = RecordCommandTests.query
    let port = 29_000 + Int.random(in: 0..<2000)
    let lines = RecordCommandTests.line("100.25", "7")
    let outcome = shell(
      """
      $SALC run -e '\(program)' --csv listen:\(port) --for 2s --format csv & sleep 1
      printf '%s' '\(lines)' | python3 -c 'import socket, sys
      socket.create_connection(("127.0.0.1", \(port))).sendall(sys.stdin.buffer.read())'
      wait
      """)
    #expect(outcome.output.contains("10.0.0.1,1,7"), "\(outcome.summary)")
  }

  @Test("places that are none are usage errors that say what is one")
  func places() {
    let query = "F = NetflowV5Stream(); N = FOREACH F GENERATE count() WINDOW 1s;"
    func errors(_ words: String...) -> String {
      Tool.run(Tool.salc, ["run", "-e", query] + words, timeout: 60).errors
    }
    #expect(errors().contains("--netflow :2055"))
    #expect(errors("--ipfix", ":1").contains("which --ipfix does not give"))
    #expect(errors("--netflow", "tcp:a:1").contains("exporters send over UDP"))
    #expect(errors("--netflow", "/nowhere").contains("/nowhere"))
    #expect(errors("--netflow", ":99999").contains("':99999' names no place"))
    #expect(errors("--netflow", "f", "--csv", "g").contains("not both"))
  }
}
