import Glibc

/// Whether generated files and snapshots are to be rewritten.
public enum Update {
  /// `SALC_UPDATE=1` in the environment.
  public static let isAsked = getenv("SALC_UPDATE").map { String(cString: $0) == "1" } ?? false
}
