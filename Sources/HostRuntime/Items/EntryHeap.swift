/// Numbers 0, 1, … in a heap whose first precedes all others, each of which can be found in it.
///
/// What order they have the caller says; it may change for one number at a time.
/// - Cost: log n comparisons a change, and log k a number for the first k.
struct EntryHeap {
  /// The numbers, each before the two at twice its place.
  private var order: [Int32] = []
  /// By number its place in `order`.
  private var places: [Int32] = []

  /// The first, if there is one.
  var first: Int? { order.first.map { Int($0) } }

  /// Adds the next number.
  mutating func append(_ precedes: (Int, Int) -> Bool) {
    places.append(Int32(order.count))
    order.append(Int32(order.count))
    rise(order.count - 1, precedes)
  }

  /// Finds the place of a number whose order changed.
  mutating func update(_ number: Int, _ precedes: (Int, Int) -> Bool) {
    let place = Int(places[number])
    rise(place, precedes)
    sink(Int(places[number]), precedes)
  }

  /// Removes a number; the last number takes it over.
  mutating func remove(_ number: Int, _ precedes: (Int, Int) -> Bool) {
    let place = Int(places[number])
    let moved = Int(order[order.count - 1])
    order.removeLast()
    if place < order.count {
      set(place, moved)
      rise(place, precedes)
      sink(Int(places[moved]), precedes)
    }
    let last = places.count - 1
    if number != last {
      order[Int(places[last])] = Int32(number)
      places[number] = places[last]
    }
    places.removeLast()
  }

  /// The first `count` numbers in order.
  func first(_ count: Int, _ precedes: (Int, Int) -> Bool) -> [Int] {
    var found: [Int] = []
    guard !order.isEmpty, count > 0 else { return found }
    found.reserveCapacity(min(count, order.count))
    // Places whose parents were found; the best stands last.
    var open = [0]
    while found.count < count, let place = open.popLast() {
      found.append(Int(order[place]))
      for child in [2 * place + 1, 2 * place + 2] where child < order.count {
        var (low, high) = (0, open.count)
        while low < high {
          let middle = (low + high) / 2
          if precedes(Int(order[child]), Int(order[open[middle]])) {
            low = middle + 1
          } else {
            high = middle
          }
        }
        open.insert(child, at: low)
      }
    }
    return found
  }

  private mutating func set(_ place: Int, _ number: Int) {
    order[place] = Int32(number)
    places[number] = Int32(place)
  }

  private mutating func rise(_ start: Int, _ precedes: (Int, Int) -> Bool) {
    var place = start
    let number = Int(order[place])
    while place > 0 {
      let parent = (place - 1) / 2
      let above = Int(order[parent])
      guard precedes(number, above) else { break }
      set(place, above)
      place = parent
    }
    set(place, number)
  }

  private mutating func sink(_ start: Int, _ precedes: (Int, Int) -> Bool) {
    var place = start
    let number = Int(order[place])
    while true {
      var child = 2 * place + 1
      guard child < order.count else { break }
      if child + 1 < order.count, precedes(Int(order[child + 1]), Int(order[child])) { child += 1 }
      let below = Int(order[child])
      guard precedes(below, number) else { break }
      set(place, below)
      place = child
    }
    set(place, number)
  }
}
