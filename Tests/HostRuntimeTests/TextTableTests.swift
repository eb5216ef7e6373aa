import DataModel
import TestSupport
import Testing
import Threads

@testable import DataModel

/// A code is its text's for as long as anybody holds it, and goes to another one afterwards.
@Suite("The table of texts") struct TextTableTests {
  private static func code(_ text: String, _ table: SharedTexts, pinned: Bool = false) -> UInt64? {
    var text = text
    return text.withUTF8 { table.code(UnsafeRawBufferPointer($0), isPinned: pinned) }
  }

  /// What a holder may name, by what it was told.
  private struct Held {
    let hold: TextHold
    var texts: [UInt64: String] = [:]
  }

  @Test("keeps what holders hold, whoever comes and goes", arguments: 1...12)
  func holders(seed: Int) throws {
    var random = RandomSource(seed: UInt64(seed) << 20)
    let table = SharedTexts(textsMax: 300, bytesMax: 1 << 20)
    let pinned = try #require(Self.code("of the program", table, pinned: true))
    var held: [Held] = []
    var (given, refused) = (0, 0)
    for step in 0..<20_000 {
      switch random.number(0...300) {
      case 0 where held.count < 5:
        held.append(Held(hold: TextHold(table)))
        held[held.count - 1].hold.renew()
      case 1 where held.count > 1: held.remove(at: random.below(held.count))
      case 2 where !held.isEmpty:
        // Done with what it had; what it had kept is out of its reach.
        let place = random.below(held.count)
        held[place].texts.removeAll()
        held[place].hold.renew()
      case 3 where held.count > 1:
        // Another goes on with all that one has.
        let (from, to) = (random.below(held.count), random.below(held.count))
        let since = min(held[from].hold.since, held[to].hold.since)
        held[to].hold.hold(since: since)
        held[to].texts.merge(held[from].texts) { $1 }
      case 4 where !held.isEmpty:
        let place = random.below(held.count)
        held[place].hold.renew(held[place].texts.keys.map { UInt32($0) })
      default:
        let text = random.once(in: 3) ? "often \(random.number(0...20))" : "new \(step)"
        let unheld = held.isEmpty
        guard let code = Self.code(text, table) else {
          refused += 1
          // There is always room where nobody holds anything.
          #expect(!unheld)
          continue
        }
        given += 1
        #expect(table.text(code) == text)
        if !held.isEmpty { held[random.below(held.count)].texts[code] = text }
      }
      if step % 50 == 0 {
        for one in held {
          for (code, text) in one.texts { try #require(table.text(code) == text) }
        }
        #expect(table.text(pinned) == "of the program")
      }
    }
    #expect(table.usage.texts <= 300)
    #expect(given > 2000 && refused > 0, "\(given) given, \(refused) refused")
  }

  @Test("finds equal texts under one code, of any length and any bytes")
  func equalTexts() throws {
    var random = RandomSource(seed: 4)
    let table = SharedTexts(textsMax: 1 << 14, bytesMax: 1 << 24)
    let hold = TextHold(table)
    hold.renew()
    var codes: [[UInt8]: UInt64] = [:]
    for _ in 0..<20_000 {
      // Few bytes, so that texts are often equal, and prefixes of one another.
      let text = (0..<random.number(0...random.choice([2, 9, 40]))).map { _ in
        UInt8(random.number(0...1))
      }
      let code = try #require(text.withUnsafeBytes { table.code($0) })
      #expect(codes.updateValue(code, forKey: text) ?? code == code)
    }
    #expect(Set(codes.values).count == codes.count)
  }

  @Test("keeps to its bytes as to its texts, and gives both back")
  func bytes() throws {
    let table = SharedTexts(textsMax: 1 << 20, bytesMax: 1 << 16)
    let long = String(repeating: "x", count: 1000)
    func codes(_ prefix: String) -> Int {
      (0..<200).count { Self.code("\(prefix)\($0)\(long)", table) != nil }
    }
    let hold = TextHold(table)
    hold.renew()
    #expect(codes("a") == 65)
    hold.release()
    #expect(codes("b") == 200)
    #expect(table.usage.bytes <= 1 << 16)
  }

  @Test("may be read by threads while another forgets")
  func threads() {
    let table = SharedTexts(textsMax: 2000, bytesMax: 1 << 20)
    let threads = (0..<3).map { own in
      Thread {
        let hold = TextHold(table)
        for round in 0..<300 {
          hold.renew()
          let texts = (0..<100).map { "\(own) of \(round / 3) is \($0)" }
          let codes = texts.map { Self.code($0, table) }
          for (text, code) in zip(texts, codes) {
            guard let code else { continue }
            precondition(table.text(code) == text, "a code is a text's for as long as it is held")
          }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(table.usage.texts <= 2000)
  }
}
