/// A piece of a line: a token or a comment.
struct LayoutItem {
  var text: String
  /// Whether a space stands before it, unless it is first on its line.
  var spaceBefore = false
  /// How bad a line break before it is; nil where none may be.
  var breakCost: Int?
  /// Whether it must be first on its line.
  var breaksBefore = false
  /// Whether the next item must be first on its line.
  var breaksAfter = false
}

/// Breaks the items of one statement into lines.
enum Layout {
  /// Columns of a line.
  static let width = 100
  /// Spaces before the lines of a statement after its first.
  static let continuationIndent = 4
  /// Spaces before the constraints of a pattern.
  static let patternIndent = 2

  /// The lines of a statement, without line ends; the first `indent` columns from the left.
  static func lines(_ items: [LayoutItem], indent: Int) -> [String] {
    var result: [String] = []
    var start = 0
    while start < items.count {
      let margin = result.isEmpty ? indent : indent + continuationIndent
      let end = lineEnd(items, from: start, room: width - margin)
      var line = String(repeating: " ", count: margin)
      for (index, item) in items[start..<end].enumerated() {
        if index > 0, item.spaceBefore { line += " " }
        line += item.text
      }
      result.append(line)
      start = end
    }
    return result
  }

  /// The index after the last item of the line that starts at `start`.
  private static func lineEnd(_ items: [LayoutItem], from start: Int, room: Int) -> Int {
    var columns = 0
    var best: (index: Int, cost: Int)?
    for index in start..<items.count {
      let item = items[index]
      if index > start {
        if item.breaksBefore || items[index - 1].breaksAfter { return index }
        // A break too late is better than none, so the first one beyond the room is taken.
        if let cost = item.breakCost, cost <= best?.cost ?? .max { best = (index, cost) }
      }
      columns += item.text.unicodeScalars.count + (index > start && item.spaceBefore ? 1 : 0)
      if columns > room, let best { return best.index }
    }
    return items.count
  }
}
