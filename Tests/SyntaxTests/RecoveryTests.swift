import Diagnostics
import Syntax
import Testing

@Suite struct RecoveryTests {
  @Test func missingSemicolon() {
    expectParse(
      "A = FILTER P BY x > 31️⃣\nB = FILTER A BY y2️⃣\nOUTPUT B3️⃣",
      diagnostics: [
        Expected(.missingSemicolon, at: "1️⃣", "missing ‘;’ after the statement"),
        Expected(.missingSemicolon, at: "2️⃣"), Expected(.missingSemicolon, at: "3️⃣"),
      ],
      fixed: "A = FILTER P BY x > 3;\nB = FILTER A BY y;\nOUTPUT B;")
    expectParse(
      "A = FILTER P BY x1️⃣ // why\n// next\nOUTPUT A;",
      diagnostics: [Expected(.missingSemicolon)],
      fixed: "A = FILTER P BY x; // why\n// next\nOUTPUT A;")
    expectParse(
      "A = FILTER P BY x1️⃣ B = FILTER A BY y;", diagnostics: [Expected(.missingSemicolon)],
      fixed: "A = FILTER P BY x; B = FILTER A BY y;")
  }

  @Test func misspeltKeywords() {
    expectParse(
      "B = FOREACH K 1️⃣GENERTE count() 2️⃣WINDW 1s;\nC = 3️⃣FILTR P BY x;\n4️⃣OUTPT C;",
      diagnostics: [
        Expected(.misspeltKeyword, at: "1️⃣", "found ‘GENERTE’; did you mean GENERATE?"),
        Expected(.misspeltKeyword, at: "2️⃣"), Expected(.misspeltKeyword, at: "3️⃣"),
        Expected(.misspeltKeyword, at: "4️⃣"),
      ],
      fixed: "B = FOREACH K GENERATE count() WINDOW 1s;\nC = FILTER P BY x;\nOUTPUT C;")
  }

  @Test func brackets() {
    expectParse(
      "G = FILTER (STREAM P BY a 1️⃣BY x;", diagnostics: [Expected(.unclosedBracket)],
      fixed: "G = FILTER (STREAM P BY a) BY x;")
    expectParse(
      "G = FILTER P BY x IN {1, 21️⃣;", diagnostics: [Expected(.unclosedBracket)],
      fixed: "G = FILTER P BY x IN {1, 2};")
  }

  @Test func statementsInStatements() {
    expectParse(
      "C = STREAM 1️⃣FILTER P BY tcp BY x;", diagnostics: [Expected(.unparenthesizedStatement)],
      fixed: "C = STREAM (FILTER P BY tcp) BY x;")
    expectParse(
      "1️⃣FILTER P BY tcp;", diagnostics: [Expected(.unnamedStatement)],
      fixed: "OUTPUT FILTER P BY tcp;")
    expectParse(
      "H1️⃣ FILTER P BY tcp;", diagnostics: [Expected(.missingAssign)],
      fixed: "H = FILTER P BY tcp;")
  }

  @Test func habitsOfOtherLanguages() {
    expectParse(
      "A 1️⃣== FILTER P BY x 2️⃣&& 3️⃣!y 4️⃣<> 5️⃣'abc';",
      diagnostics: [
        Expected(.foreignSpelling, at: "1️⃣"), Expected(.foreignSpelling, at: "2️⃣"),
        Expected(.foreignSpelling, at: "3️⃣"), Expected(.foreignSpelling, at: "4️⃣"),
        Expected(.foreignQuotes, at: "5️⃣"),
      ],
      fixed: "A = FILTER P BY x AND NOT y != \"abc\";")
    expectParse(
      "A = FILTER P BY a1️⃣&&b2️⃣||c;",
      diagnostics: [Expected(.foreignSpelling, at: "1️⃣"), Expected(.foreignSpelling, at: "2️⃣")],
      fixed: "A = FILTER P BY a AND b OR c;")
    expectParse(
      "A = FILTER P BY x 1️⃣≥ 3 AND y == 2️⃣“z”;",
      diagnostics: [
        Expected(.foreignSpelling, at: "1️⃣"), Expected(.foreignQuotes, at: "2️⃣"),
      ],
      fixed: "A = FILTER P BY x >= 3 AND y == \"z\";")
  }

  @Test func addressesInSingleQuotes() {
    expectParse(
      "A = FILTER P BY a == 1️⃣'1.2.3.4' OR a IN {2️⃣'10.0.0.0/8', 3️⃣'2001:db8::/32'};",
      diagnostics: [
        Expected(.foreignQuotes, at: "1️⃣", "addresses stand without quotes"),
        Expected(.foreignQuotes, at: "2️⃣"), Expected(.foreignQuotes, at: "3️⃣"),
      ],
      fixed: "A = FILTER P BY a == 1.2.3.4 OR a IN {10.0.0.0/8, 2001:db8::/32};")
    expectParse(
      "A = FILTER P BY m == 1️⃣'aa:bb:cc:dd:ee:ff' AND t == 2️⃣'1.2.3';",
      diagnostics: [
        Expected(.foreignQuotes, at: "1️⃣", "addresses stand without quotes"),
        Expected(.foreignQuotes, at: "2️⃣", "strings stand in \"double quotes\""),
      ],
      fixed: "A = FILTER P BY m == aa:bb:cc:dd:ee:ff AND t == \"1.2.3\";")
  }

  @Test func topWithoutItsMeasure() {
    expectParse(
      "T = TOP 5 N1️⃣; OUTPUT TOP 3 N2️⃣;",
      diagnostics: [
        Expected(.missingBy, at: "1️⃣", "TOP lacks BY and the feature that it compares"),
        Expected(.missingBy, at: "2️⃣"),
      ], fixed: "T = TOP 5 N BY N; OUTPUT TOP 3 N BY N;")
  }

  @Test func keysBeforeTheStream() {
    expectParse(
      "D = DISTINCT 1️⃣ip.src, x FROM P WINDOW 1s; "
        + "E = DISTINCT 2️⃣y from (FILTER P BY x) WINDOW 1s;",
      diagnostics: [
        Expected(
          .foreignSpelling, at: "1️⃣", "DISTINCT names the stream first, then BY its keys"),
        Expected(.foreignSpelling, at: "2️⃣"),
      ],
      fixed: "D = DISTINCT P BY ip.src, x WINDOW 1s; E = DISTINCT (FILTER P BY x) BY y WINDOW 1s;")
    // A stream may be called so.
    expectParse("D = DISTINCT from BY x WINDOW 1s;", diagnostics: [])
  }

  @Test func keysOfForeach() {
    expectParse(
      "F = FOREACH 1️⃣P BY ip.src, x GENERATE count() WINDOW 1s;",
      diagnostics: [
        Expected(.foreignSpelling, at: "1️⃣", "FOREACH works on a keyed stream; keys are STREAM’s")
      ],
      fixed: "F = FOREACH (STREAM P BY ip.src, x) GENERATE count() WINDOW 1s;")
    expectParse(
      "K = 1️⃣GROUP P BY ip.src;", diagnostics: [Expected(.misspeltKeyword)],
      fixed: "K = STREAM P BY ip.src;")
  }

  @Test func namesInFeatures() {
    expectParse(
      "F = FOREACH K GENERATE 1️⃣n = count() WINDOW 1s; "
        + "G = FOREACH K GENERATE sum(x) 2️⃣AS Bytes WINDOW 1s;",
      diagnostics: [
        Expected(
          .foreignSpelling, at: "1️⃣",
          "a feature has the name of its statement: n = FOREACH …"),
        Expected(.foreignSpelling, at: "2️⃣"),
      ],
      fixed: "F = FOREACH K GENERATE count() WINDOW 1s; G = FOREACH K GENERATE sum(x) WINDOW 1s;")
  }

  @Test func everyInPlaceOfAWindow() {
    expectParse(
      "F = FOREACH K GENERATE count() 1️⃣EVERY 10s;", diagnostics: [Expected(.foreignSpelling)],
      fixed: "F = FOREACH K GENERATE count() WINDOW 10s;")
    expectParse("OUTPUT FOREACH K GENERATE count() EVERY 10s;", diagnostics: [])
  }

  @Test func topAndOrderBehindTheStream() {
    expectParse(
      "OUTPUT K 1️⃣TOP 5 BY B (B); OUTPUT K 2️⃣ORDER BY B + C DESC LIMIT 3 (B) EVERY 10s;",
      diagnostics: [
        Expected(.foreignSpelling, at: "1️⃣", "TOP stands before the stream that it takes from"),
        Expected(.foreignSpelling, at: "2️⃣"),
      ],
      fixed: "OUTPUT TOP 5 K BY B (B); OUTPUT TOP 3 K BY B + C (B) EVERY 10s;")
    expectParse(
      "OUTPUT K 1️⃣ORDER BY B;",
      diagnostics: [Expected(.foreignSpelling, "rows cannot be ordered as a whole")])
  }

  @Test func whereBehindTheStream() {
    expectParse(
      "OUTPUT K 1️⃣WHERE B > 3 (B) EVERY 10s;",
      diagnostics: [
        Expected(.foreignSpelling, "FILTER stands before the stream, and its condition behind BY")
      ],
      fixed: "OUTPUT FILTER K BY B > 3 (B) EVERY 10s;")
  }

  @Test func patternMatching() {
    expectParse(
      "A = FILTER P BY x 1️⃣LIKE \"%.org\" AND NOT y 2️⃣endswith \"z\";",
      diagnostics: [
        Expected(
          .foreignSpelling, at: "1️⃣", "texts are compared whole, and not matched with patterns"),
        Expected(.foreignSpelling, at: "2️⃣"),
      ])
    expectParse("A = FILTER like BY like == \"x\";", diagnostics: [])
  }

  @Test func chains() {
    expectParse(
      "A = FILTER P BY 1 <= a 1️⃣< 5;", diagnostics: [Expected(.chainedComparison)],
      fixed: "A = FILTER P BY 1 <= a AND a < 5;")
  }

  @Test func units() {
    expectParse(
      "F = FOREACH K GENERATE count() WINDOW 1️⃣5; G = FOREACH K GENERATE count() WINDOW 52️⃣sec;",
      diagnostics: [Expected(.missingUnit, at: "1️⃣"), Expected(.unknownUnit, at: "2️⃣")],
      fixed: "F = FOREACH K GENERATE count() WINDOW 5s; G = FOREACH K GENERATE count() WINDOW 5s;")
    expectParse(
      "F = FOREACH K GENERATE count() WINDOW 1️⃣0s;", diagnostics: [Expected(.zeroLength)])
    expectParse(
      "A = FILTER P BY x > 21️⃣%;", diagnostics: [Expected(.unexpectedToken)])
  }

  @Test func operatorsWithoutParentheses() {
    expectParse(
      "F = FOREACH K GENERATE 1️⃣count WINDOW 1s;", diagnostics: [Expected(.missingArguments)],
      fixed: "F = FOREACH K GENERATE count() WINDOW 1s;")
  }

  @Test func malformedLiterals() {
    expectParse(
      "A = FILTER P BY a IN {1️⃣10.0.0.300, 2️⃣10.0.0.0/33, 3️⃣1:2:3, "
        + "4️⃣99999999999999999999, 5️⃣0xG};",
      diagnostics: [
        Expected(.malformedAddress, at: "1️⃣"), Expected(.malformedAddress, at: "2️⃣"),
        Expected(.malformedAddress, at: "3️⃣"), Expected(.malformedNumber, at: "4️⃣"),
        Expected(.malformedNumber, at: "5️⃣"),
      ])
    expectParse(
      #"A = FILTER P BY a == "b1️⃣\d" OR c == 2️⃣"d;"#,
      diagnostics: [
        Expected(.malformedEscape, at: "1️⃣"), Expected(.unterminatedString, at: "2️⃣"),
      ])
  }

  @Test func missingBy() {
    expectParse(
      "A = FILTER P 1️⃣tcp.dstport == 80; B = STREAM A 2️⃣where x; C = STREAM A 3️⃣k, l;",
      diagnostics: [
        Expected(.missingBy, at: "1️⃣"), Expected(.misspeltKeyword, at: "2️⃣"),
        Expected(.missingBy, at: "3️⃣"),
      ],
      fixed: "A = FILTER P BY tcp.dstport == 80; B = STREAM A BY x; C = STREAM A BY k, l;")
  }

  @Test func separatedUnits() {
    expectParse(
      "F = FOREACH K GENERATE count() WINDOW 1️⃣1 s SLIDE 2️⃣500 ms;",
      diagnostics: [Expected(.missingUnit, at: "1️⃣"), Expected(.missingUnit, at: "2️⃣")],
      fixed: "F = FOREACH K GENERATE count() WINDOW 1s SLIDE 500ms;")
  }

  @Test func unterminatedStrings() {
    expectParse(
      "P = PacketStream(1️⃣\"eth0);\nOUTPUT P;", diagnostics: [Expected(.unterminatedString)],
      fixed: "P = PacketStream(\"eth0\");\nOUTPUT P;")
  }

  @Test func hashComments() {
    expectParse(
      "1️⃣# head\nA = FILTER P BY x; 2️⃣# tail\n",
      diagnostics: [
        Expected(.unexpectedCharacter, at: "1️⃣"), Expected(.unexpectedCharacter, at: "2️⃣"),
      ],
      fixed: "// head\nA = FILTER P BY x; // tail\n")
  }

  @Test func listsWithoutBraces() {
    expectParse(
      "A = FILTER P BY x IN 10.0.0.0/81️⃣, 11.0.0.0/8;", diagnostics: [Expected(.unexpectedToken)])
    expectParse(
      "A = FILTER P BY (x 1️⃣y);",
      diagnostics: [Expected(.unclosedBracket, at: "1️⃣", "found ‘y’; expected ‘)’")])
  }

  @Test func namesLikeKeywordsAreNoMisspellings() {
    expectParse(
      "A = FOREACH K GENERATE count()1️⃣\nWindows = FILTER A BY x;",
      diagnostics: [Expected(.missingSemicolon)],
      fixed: "A = FOREACH K GENERATE count();\nWindows = FILTER A BY x;")
  }

  @Test func reservedWords() {
    expectParse("1️⃣in = FILTER P BY x;", diagnostics: [Expected(.reservedWord)])
    expectParse("A = STREAM P BY 1️⃣by;", diagnostics: [Expected(.unexpectedToken)])
  }

  @Test func emptyAndRepeated() {
    expectParse("A = FILTER P BY x;1️⃣;", diagnostics: [Expected(.emptyStatement)])
    expectParse(
      "F = FOREACH K GENERATE count() WINDOW 1s 1️⃣WINDOW 2s;",
      diagnostics: [Expected(.repeatedClause)])
  }

  @Test func severalErrorsInOneRun() {
    expectParse(
      "A = 1️⃣;\nB = FILTER P BY2️⃣;\nC = STREAM 3️⃣BY x;\nOUTPUT4️⃣;\nD = FILTER P BY ok;",
      diagnostics: [
        Expected(.unexpectedToken, at: "1️⃣", "found ‘;’; expected a stream"),
        Expected(.unexpectedToken, at: "2️⃣"), Expected(.unexpectedToken, at: "3️⃣"),
        Expected(.unexpectedToken, at: "4️⃣"),
      ])
  }

  @Test func patterns() {
    expectParse(
      """
      SUBGRAPH ON S WITH source(a) AND target(b) {
        1️⃣x e;
        y e2 z2️⃣
        x in A3️⃣
      }
      """,
      diagnostics: [
        Expected(.incompleteEdge, at: "1️⃣"), Expected(.missingSemicolon, at: "2️⃣"),
        Expected(.missingSemicolon, at: "3️⃣"),
      ])
  }
}
