import BPFModel
import Testing

/// Tables as `sal/table.h` lays them out, written by hand, read back as records.
struct PartialsReaderTests {
  private func records(_ table: ProgramLayout.Table, _ half: [UInt64]) -> [[UInt64]] {
    guard case .partials(_, let keyWords, let accumulatorWords, _, _) = table.form else {
      return []
    }
    let width = keyWords + accumulatorWords
    var result: [[UInt64]] = []
    half.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      table.gather(from: base) { records, count in
        for record in 0..<count {
          result.append((0..<width).map { records[record * width + $0] })
        }
      }
    }
    return result
  }

  @Test func wideSetsKeepTheCountInTheirFirstAccumulator() {
    // One word before the table; two sets of one key word and two accumulator words.
    var half = [UInt64](repeating: 0, count: 1 + 32)
    half[1 + 0] = 7  // set 0, way 0: key
    half[1 + 4] = 3  // count
    half[1 + 5] = 300
    half[1 + 16 + 3] = 0  // set 1, way 3: the all-zero key
    half[1 + 16 + 4 + 6] = 1
    half[1 + 16 + 4 + 7] = 60
    let table = ProgramLayout.Table(
      owner: .aggregation(0),
      form: .partials(
        sets: 2, keyWords: 1, accumulatorWords: 2, setStride: 128, countShift: nil),
      offset: 8, bytes: 256)
    #expect(records(table, half) == [[7, 3, 300], [0, 1, 60]])
  }

  @Test func packedSetsKeepTheCountAboveTheKey() {
    // Two key words, of which the second has 40 bits, and two accumulator words with the count.
    var half = [UInt64](repeating: 0, count: 12)
    half[0] = 11  // way 0
    half[1] = 5 << 40 | 0xff_ffff_ffff
    half[8] = 500
    half[6] = 0  // way 3: the all-zero key
    half[7] = 1 << 40
    half[11] = 9
    let table = ProgramLayout.Table(
      owner: .aggregation(0),
      form: .partials(sets: 1, keyWords: 2, accumulatorWords: 2, setStride: 96, countShift: 40),
      offset: 0, bytes: 96)
    #expect(records(table, half) == [[11, 0xff_ffff_ffff, 5, 500], [0, 0, 1, 9]])
  }

  @Test func aGlobalEntryIsOneRecordOnceItHasATuple() {
    let table = ProgramLayout.Table(
      owner: .aggregation(0),
      form: .partials(
        sets: 1, keyWords: 0, accumulatorWords: 2, setStride: 16, countShift: nil),
      offset: 0, bytes: 16)
    #expect(records(table, [0, 5]).isEmpty)
    #expect(records(table, [2, 5]) == [[2, 5]])
  }
}
