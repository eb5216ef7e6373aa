import DataModel
import Plan
import Testing

@Suite("Windows, keys, sets and settings")
struct ShapeTests {
  private let rate = "K = STREAM P BY DestIp; R = FOREACH K GENERATE count() WINDOW 50ms;"

  @Test func missingWindowHasAFix() {
    expectErrors(
      "N = FOREACH P GENERATE count()⟦SAL0241:⟧;",
      fixed: "N = FOREACH P GENERATE count() WINDOW 1s;")
  }

  @Test func slidesDivideTheirWindows() {
    expectErrors("N = FOREACH P GENERATE count() WINDOW 60s SLIDE ⟦SAL0273:7s⟧;")
    expectErrors("N = FOREACH P GENERATE count() WINDOW 60s SLIDE ⟦SAL0273:1ms⟧;")
  }

  @Test func windowsOfItems() {
    expectErrors("N = FOREACH P GENERATE count() WINDOW 100 ITEMS;")
    expectErrors("N = FOREACH P GENERATE ave(frame.len, 1000, 2);")
    expectErrors("N = FOREACH P GENERATE count() WINDOW ⟦SAL0128:0⟧ ITEMS;")
    expectErrors("N = FOREACH P GENERATE ave(frame.len, ⟦SAL0251:99999999⟧, 2);")
    expectErrors("N = FOREACH P GENERATE ⟦SAL0251:topk(DestPort, 100, 60, 2)⟧;")
    expectErrors("D = DISTINCT P BY SourceIp WINDOW 5 ⟦SAL0251:ITEMS⟧; OUTPUT D;")
    expectErrors("N = FOREACH P GENERATE first(frame.len) WINDOW 5 ITEMS;")
    expectErrors("WindowSize = ⟦SAL0221:2.5⟧;")
    // A current value is asked by tuples, not by rows of a time window.
    expectErrors(
      """
      K = STREAM P BY SourceIp;
      A = FOREACH K GENERATE ave(frame.len) WINDOW 5 ITEMS;
      N = FOREACH K GENERATE count() WINDOW 1s;
      Rows = FILTER N BY N > 3 AND ⟦SAL0230:A⟧ > 5;
      OUTPUT Rows;
      """)
  }

  @Test func argumentsAreCounted() {
    expectErrors("N = FOREACH P GENERATE ⟦SAL0252:sum()⟧ WINDOW 1s;")
    expectErrors("N = FOREACH P GENERATE ⟦SAL0252:ave(frame.len, 1000, 2)⟧ WINDOW 1s;")
    expectErrors("N = FOREACH P GENERATE topk(DestPort, ⟦SAL0251:0⟧) WINDOW 1s;")
    expectMessages("P = PcapStream(⟦SAL0251:f⟧);", fixed: "P = PcapStream(\"f\");")
  }

  @Test func accuracyOutOfReachIsRefused() {
    expectErrors(
      "N = FOREACH P GENERATE countdistinct(SourceIp) ⟦SAL0253:WITHIN 0.1%⟧ WINDOW 1s;")
    expectErrors(
      "N = FOREACH P GENERATE countdistinct(SourceIp) WITHIN ⟦SAL0251:100%⟧ WINDOW 1s;")
  }

  @Test func keysAreFieldsOfDifferentNames() {
    expectErrors("K = STREAM P BY SourceIp AS H, ⟦SAL0262:DestIp AS H⟧;")
    expectErrors("K = STREAM P BY DestPort⟦SAL0263:/8⟧;")
    expectErrors("K = STREAM P BY DestIp⟦SAL0263:/24/129⟧;")
    expectErrors("K = STREAM P BY DestPort ELSE ⟦SAL0221:70000⟧;")
  }

  @Test func masksFollowTheFamily() throws {
    let plan = try plan(
      """
      P = PacketStream("eth0");
      K = STREAM P BY SourceIp/24 AS A, SourceIp/48 AS B, SourceIp/16/32 AS C, ipv6.src/48 AS D;
      N = FOREACH K GENERATE count() WINDOW 1s;
      """)
    let masks = plan.aggregations[0].key.map { "\($0.mask?.v4Bits ?? -1)/\($0.mask?.v6Bits ?? -1)" }
    #expect(masks == ["24/64", "32/48", "16/32", "32/48"])
  }

  @Test func keysOfFeaturesMustMeet() {
    expectErrors(
      "A = FOREACH (STREAM P BY SourceIp, DestIp) GENERATE count() WINDOW 1s;"
        + " R = FOREACH (STREAM P BY DestPort) GENERATE count() WINDOW 1s;"
        + " X = FILTER R BY ⟦SAL0233:A⟧ > 5;")
  }

  @Test func setsAreRowsOfTheRightKey() {
    let rate =
      "K = STREAM P BY DestIp; R = FOREACH K GENERATE count() WINDOW 1s;"
      + " H = FILTER R BY R > 5;"
    expectErrors(rate + " X = FILTER P BY ⟦SAL0244:DestPort⟧ IN H;")
    expectErrors(rate + " X = FILTER P BY ⟦SAL0244:(DestIp, DestPort)⟧ IN H;")
    expectErrors(rate + " Y = FILTER P BY DestIp IN H; X = FILTER P BY DestIp IN ⟦SAL0245:P⟧;")
  }

  @Test func lagMustBeBelowTheWindow() {
    expectErrors(rate + " H = FILTER R BY R > 5; X = FILTER P BY DestIp IN ⟦SAL0243:H⟧;")
    expectErrors(
      "SetLag = 10ms; " + rate + " H = FILTER R BY R > 5; X = FILTER P BY DestIp IN H;")
  }

  @Test func ipv4AsksASetOfBothFamilies() throws {
    let plan = try plan(
      """
      P = PacketStream("eth0");
      Hot = FILTER P BY ip.src IN Bad;
      C = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 1s;
      Bad = FILTER C BY C > 10;
      """)
    #expect(plan.sets[0].types == [.ip])
    #expect(plan.nodes[1].operation.predicateText == "(ip.src) IN set0")
  }

  @Test func settings() {
    expectErrors("⟦SAL0205:SetLags⟧ = 10ms;", fixed: "SetLag = 10ms;")
    expectErrors("SetLag = ⟦SAL0221:5⟧;", fixed: "SetLag = 5s;")
    expectErrors("SetLag = 5ms; ⟦SAL0247:SetLag⟧ = 6ms;")
    expectErrors("⟦SAL0246:QueueLength⟧ = 1000; WindowSize = 10000;")
  }

  @Test func topNeedsKeysAndAFeature() {
    expectErrors("OUTPUT TOP 5 ⟦SAL0264:P⟧ BY 5;")
    expectErrors("K = STREAM P BY DestIp; OUTPUT TOP 5 K BY ⟦SAL0265:5⟧;")
  }

  @Test func columnsHaveDifferentNames() {
    expectErrors("OUTPUT P (SourceIp, ⟦SAL0266:SourceIp⟧);")
  }

  @Test func programWithoutOutputIsAnError() {
    expectMessages("⟦SAL0218:SetLag = 10ms;⟧")
  }
}
