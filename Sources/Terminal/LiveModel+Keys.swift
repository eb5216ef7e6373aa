import DataModel
import Sinks

extension LiveModel {
  /// Does what a key says; true where it asks to leave.
  mutating func press(_ key: Key) -> Bool {
    if isEditingFilter {
      edit(key)
      return false
    }
    switch key {
    case .character("q"): return true
    case .escape:
      // The way back: from a page to the table, from a filtered table to the whole one.
      if page != .table { page = .table } else { filter = "" }
    case .character("?"), .character("h"): page = page == .help ? .table : .help
    case .character("e"):
      page = page == .plan ? .table : .plan
      planScroll = 0
    case .character(" "): setPaused(!isPaused)
    case .up, .character("k"): scroll(by: -1)
    case .down, .character("j"): scroll(by: 1)
    case .pageUp: scroll(by: -pageLength)
    case .pageDown: scroll(by: pageLength)
    case .home, .character("g"): scroll(by: -.max / 2)
    case .end, .character("G"): scroll(by: .max / 2)
    default: if page == .table { pressInTable(key) }
    }
    return false
  }

  private mutating func pressInTable(_ key: Key) {
    guard looks.indices.contains(selected) else { return }
    switch key {
    case .tab: selected = (selected + 1) % looks.count
    case .backTab: selected = (selected + looks.count - 1) % looks.count
    case .character("/"): isEditingFilter = true
    case .right, .character("s"), .character(">"): moveSort(by: 1)
    case .left, .character("S"), .character("<"): moveSort(by: -1)
    case .character("r"): looks[selected].order.isAscending.toggle()
    case .character("u"): nextUnit()
    default: break
    }
  }

  private mutating func edit(_ key: Key) {
    switch key {
    case .enter: isEditingFilter = false
    case .escape:
      isEditingFilter = false
      filter = ""
    case .backspace: if !filter.isEmpty { filter.removeLast() }
    case .control("u"): filter = ""
    case .character(let character):
      if filter.utf8.count < 200 { filter += DisplayText.printable(String(character)) }
    default: break
    }
    if looks.indices.contains(selected) { looks[selected].scroll = 0 }
  }

  private mutating func scroll(by lines: Int) {
    switch page {
    case .help: break
    case .plan: planScroll = min(max(0, planScroll + lines), max(0, plan.count - 1))
    case .table:
      guard looks.indices.contains(selected) else { return }
      let last = max(0, shown[selected].rows.count - 1)
      looks[selected].scroll = min(max(0, looks[selected].scroll + lines), last)
    }
  }

  /// The next column, or none: the order in which rows came.
  private mutating func moveSort(by step: Int) {
    let count = shown[selected].schema.columns.count
    guard count > 0 else { return }
    let places = count + 1
    let now = looks[selected].order.column ?? count
    let next = (now + step + places) % places
    looks[selected].order.column = next == count ? nil : next
    looks[selected].scroll = 0
  }

  private mutating func nextUnit() {
    let output = shown[selected]
    guard let column = looks[selected].order.column, output.isNumber(column) else { return }
    let units: [LiveOutput.Unit] =
      output.schema.columns[column].type == .duration
      ? [.decimal, .exact] : LiveOutput.Unit.allCases
    let now = units.firstIndex(of: looks[selected].units[column] ?? .decimal) ?? 0
    looks[selected].units[column] = units[(now + 1) % units.count]
  }
}
