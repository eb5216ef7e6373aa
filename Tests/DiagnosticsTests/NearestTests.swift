import Diagnostics
import Testing

@Suite struct NearestTests {
  @Test func findsOneEdit() {
    #expect(nearest(to: "DestPrt", in: ["SourcePort", "DestPort"]) == "DestPort")
    #expect(nearest(to: "doctets", in: ["Dpkts", "Doctets"]) == "Doctets")
    #expect(nearest(to: "WIDNOW", in: ["WITHIN", "WINDOW"]) == "WINDOW")
  }

  @Test func leavesStrangersAlone() {
    #expect(nearest(to: "banana", in: ["SourcePort", "DestPort"]) == nil)
    #expect(nearest(to: "B", in: ["BY", "A", "C"]) == nil)
    #expect(nearest(to: "", in: ["A"]) == nil)
    #expect(nearest(to: "same", in: ["same"]) == nil)
  }
}
