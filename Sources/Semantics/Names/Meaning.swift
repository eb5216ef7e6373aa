import DataModel

/// What a name or a statement in parentheses stands for.
enum Meaning {
  case tuples(TupleStream)
  /// The feature of this index, over the keys of a stream.
  case feature(Int, of: TupleStream)
  /// The item feature of this index: a current value for each key, which tuples ask.
  case current(Int, of: TupleStream)
  case rows(RowStream)
  /// An error was reported; nothing more is said about it.
  case invalid
}

/// A stream of tuples, keyed or not.
struct TupleStream {
  /// Index of the tuple node.
  var node: Int
  /// The key; nil for a stream that is not keyed.
  var key: [KeyComponent]?
  /// Columns of keys that the stream had before, which expressions and keys may still name.
  var earlier: [KeyComponent] = []
  /// Of a collapsed stream what tells the rows of a key's table apart.
  var latest: [KeyComponent] = []
  /// Of collapsed rows the window of an operator that names none.
  var window: Window?

  /// The key's components; none where there is no key.
  var components: [KeyComponent] { key ?? [] }

  /// The same tuples by another key, or by none.
  func keyed(by key: [KeyComponent]?) -> TupleStream {
    let known = components + earlier
    return TupleStream(node: node, key: key, earlier: known)
  }

  /// The same stream behind another node.
  func behind(_ node: Int) -> TupleStream {
    var stream = self
    stream.node = node
    return stream
  }
}

/// A stream of rows.
struct RowStream {
  /// Index of the relation.
  var relation: Int
  /// Features that its predicates name, in the order of the text: its default columns.
  var features: [Int]
  /// The keyed stream of which these are rows, where `FILTER K BY p` has tuples too.
  var tuples: TupleStream?
  /// Features of joined rows, with the relations without whose row they are absent.
  var guards: [Int: [RowGuard]] = [:]
}

/// A relation in which a row's key must be for a feature to have its value there.
struct RowGuard {
  var relation: Int
  /// The columns of the row's key that form the relation's.
  var columns: [Int]
}
