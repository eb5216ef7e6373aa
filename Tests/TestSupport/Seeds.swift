import Glibc

/// Which seeds the random tests take: the first ones, or `SALC_SEEDS=1000-1200`.
public enum Seeds {
  /// `count` seeds from 0, unless the environment names others.
  public static func range(_ count: Int) -> Range<Int> {
    guard let text = getenv("SALC_SEEDS").map({ String(cString: $0) }) else { return 0..<count }
    let ends = text.split(separator: "-").compactMap { Int($0) }
    precondition(
      ends.count == 2 && ends[0] < ends[1], "SALC_SEEDS is FIRST-END, the end excluded: \(text)")
    return ends[0]..<ends[1]
  }

  /// `count` trials, unless `SALC_TRIALS` says another number.
  public static func trials(_ count: Int) -> Int {
    getenv("SALC_TRIALS").flatMap { Int(String(cString: $0)) } ?? count
  }
}
