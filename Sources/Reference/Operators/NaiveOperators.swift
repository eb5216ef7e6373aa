import DataModel
import Operators

/// What each operator means, by its definition in the language, with no thought of speed.
public enum NaiveOperators {
  typealias Meaning = @Sendable (NaiveCall) -> Value

  /// One line an operator; its meaning is a member of ``NaiveCall``.
  static let all: [String: Meaning] = [
    "ave": { $0.average },
    "count": { .integer(Int64($0.tuples)) },
    "countdistinct": { .integer(Int64($0.items.count)) },
    "descents": { $0.descents },
    "entropy": { $0.entropy },
    "ewma": { $0.movingAverage },
    "first": { $0.first },
    "flowset": { $0.firstItems },
    "frequentsketch": { $0.exported },
    "histogram": { $0.histogram },
    "hllsketch": { $0.exported },
    "kllsketch": { $0.exported },
    "kmedians": { $0.medians },
    "last": { $0.last },
    "max": { $0.maximum },
    "median": { $0.median },
    "min": { $0.minimum },
    "norm": { $0.norm },
    "quantile": { $0.quantile },
    "rarity": { $0.rarity },
    "rate": { $0.rate },
    "sample": { $0.sample },
    "similarity": { $0.similarity },
    "stddev": { $0.deviation },
    "sum": { $0.sum },
    "thetasketch": { $0.exported },
    "topk": { $0.heaviest },
    "var": { $0.variance },
  ]

  /// The operators that have a meaning, for the test that they are those of the catalogue.
  public static var names: Set<String> { Set(all.keys) }
}
