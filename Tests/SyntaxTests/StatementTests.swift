import Diagnostics
import Syntax
import Testing

@Suite struct StatementTests {
  @Test func settings() {
    expectParse(
      "WindowSize = 1000; Lateness = 120s; topk = 3;",
      tree: "WindowSize = 1000;\nLateness = 2m;\ntopk = 3;")
  }

  @Test func sources() {
    expectParse(
      #"P = PacketStream("eth0"); F = FlowStream("eth0", active: 60s, idle: 15s);"#,
      tree: "P = PacketStream(\"eth0\");\nF = FlowStream(\"eth0\", active: 1m, idle: 15s);")
    expectParse(
      #"C = CsvStream("f.csv", SCHEMA(At: time, Host: ip));"#,
      tree: "C = CsvStream(\"f.csv\", SCHEMA(At: time, Host: ip));")
    expectParse("U = union A, (FILTER B BY x);", tree: "U = UNION A, (FILTER B BY x);")
  }

  @Test func partitionAndHash() {
    expectParse(
      "Partition S By a, b; hash a With IpHashFunction;",
      tree: "PARTITION S BY a, b;\nHASH a WITH IpHashFunction;")
  }

  @Test func keys() {
    expectParse(
      "K = STREAM S BY DestIp/24, X/24/48 AS Net, DestPort ELSE 0;",
      tree: "K = STREAM S BY DestIp/24, X/24/48 AS Net, DestPort ELSE 0;")
  }

  @Test func windows() {
    expectParse(
      "D = DISTINCT S BY a WINDOW 7d SLIDE 1h; F = FOREACH K GENERATE sum(a*b) WINDOW 100 items;",
      tree: "D = DISTINCT S BY a WINDOW 7d SLIDE 1h;\n"
        + "F = FOREACH K GENERATE sum((a * b)) WINDOW 100 ITEMS;")
  }

  @Test func accuracy() {
    expectParse(
      """
      A = FOREACH K GENERATE countdistinct(a, b) WITHIN 2% CONFIDENCE 99% WINDOW 1s;
      B = FOREACH K GENERATE quantile(a, 0.99) WITHIN RANK 0.5% WINDOW 1m;
      C = FOREACH K GENERATE count() EXACT WINDOW 1s;
      """,
      tree: """
        A = FOREACH K GENERATE countdistinct(a, b) WITHIN 0.02 CONFIDENCE 0.99 WINDOW 1s;
        B = FOREACH K GENERATE quantile(a, 0.99) WITHIN RANK 0.005 WINDOW 1m;
        C = FOREACH K GENERATE count() EXACT WINDOW 1s;
        """)
  }

  @Test func transformAndCollapse() {
    expectParse(
      "T = FOREACH K TRANSFORM (t − t.prev(1)) : d, (a + b) : s; C = COLLAPSE T BY k FOR f, g;",
      tree: "T = FOREACH K TRANSFORM ((t - t.prev(1))) : d, ((a + b)) : s;\n"
        + "C = COLLAPSE T BY k FOR f, g;")
  }

  @Test func topAndJoin() {
    expectParse(
      "T = TOP 10 K BY f PER a/24; J = JOIN A, B BY k OUTER; L = JOIN A, B BY k left;",
      tree: "T = TOP 10 K BY f PER a/24;\nJ = JOIN A, B BY k OUTER;\nL = JOIN A, B BY k LEFT;")
    expectParse(
      "A = JOIN S, T BY k ANTI AFTER 1s; B = JOIN S, T BY k ANTI BEFORE 5m; "
        + "C = JOIN S, T BY k ANTI;",
      tree: "A = JOIN S, T BY k ANTI AFTER 1s;\nB = JOIN S, T BY k ANTI BEFORE 5m;\n"
        + "C = JOIN S, T BY k ANTI;")
  }

  @Test func outputs() {
    expectParse(
      #"OUTPUT X; OUTPUT X (a, b / c AS r) EVERY 5s TO csv("f"); output X to table;"#,
      tree: "OUTPUT X;\nOUTPUT X (a, (b / c) AS r) EVERY 5s TO csv(\"f\");\nOUTPUT X TO table();")
  }

  @Test func columnsAfterBareStatements() {
    expectParse(
      "OUTPUT TOP 10 K BY Bytes (Bytes, Pkts);",
      tree: "OUTPUT (TOP 10 K BY Bytes) (Bytes, Pkts);")
    expectParse(
      "OUTPUT FILTER K BY div(a, 2) > F.prev(1) (a, div(a, 2));",
      tree: "OUTPUT (FILTER K BY (div(a, 2) > F.prev(1))) (a, div(a, 2));")
    expectParse(
      #"OUTPUT (FILTER K BY a) (b); OUTPUT PcapStream("f");"#,
      tree: "OUTPUT (FILTER K BY a) (b);\nOUTPUT (PcapStream(\"f\"));")
  }

  @Test func patterns() {
    expectParse(
      """
      M = SUBGRAPH ON S WITH source(SourceIp) AND target(DestIp) {
        a e1 b; b e2 c;
        start(e2) - end(e1) <= 10; b not in Top; Info(a).domain != Info(b).domain;
        e1.ApplicationProtocol == "http";
      }
      OUTPUT M;
      """,
      tree: "M = SUBGRAPH ON S WITH source(SourceIp) AND target(DestIp) { a e1 b; b e2 c; "
        + "((start(e2) - end(e1)) <= 10); (b NOT IN Top); "
        + "(Info(a).domain != Info(b).domain); (e1.ApplicationProtocol == \"http\"); };\n"
        + "OUTPUT M;")
  }

  @Test func keywordsAreNamesOutOfPlace() {
    expectParse(
      "filter = STREAM stream BY window, top AS to; Top = FILTER Filter BY within > exact;",
      tree: "filter = STREAM stream BY window, top AS to;\n"
        + "Top = FILTER Filter BY (within > exact);")
    expectParse(
      "A = FOREACH stream GENERATE count(filter, top) WINDOW 1s; B = UNION union, join;",
      tree: "A = FOREACH stream GENERATE count(filter, top) WINDOW 1s;\nB = UNION union, join;")
  }

  @Test func comments() {
    expectParse(
      "// a\n-- b\n  --c\nA = 1; -- d\nB /* e */ = 2; /* f\n g */ C = FILTER P BY a --b\n;",
      tree: "A = 1;\nB = 2;\nC = FILTER P BY (a - (-b));")
  }
}
