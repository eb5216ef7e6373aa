/// What an examination of the machine found at one place.
public struct Finding: Sendable, Hashable {
  /// What it means for runs.
  public enum Status: String, Sendable, CaseIterable {
    /// As it should be.
    case ok
    /// Queries run, but something is slower, less sure or other than one may think.
    case warning
    /// Some command of salc cannot work.
    case failure
  }

  /// The check that found it, such as `jit`.
  public let check: String
  /// The interface that it is about; nil: the machine.
  public let interface: String?
  /// What it means for runs.
  public let status: Status
  /// What was found and, where it is not ok, what follows from it.
  public let text: String
  /// Commands that mend it; one of them is enough unless the text says otherwise.
  public let remedies: [String]
}

/// What one check says, before it is known whose it is.
struct Remark {
  var status: Finding.Status
  var text: String
  var remedies: [String] = []

  static func ok(_ text: String) -> Remark { Remark(status: .ok, text: text) }
  static func warning(_ text: String, _ remedies: String...) -> Remark {
    Remark(status: .warning, text: text, remedies: remedies)
  }
  static func failure(_ text: String, _ remedies: String...) -> Remark {
    Remark(status: .failure, text: text, remedies: remedies)
  }
}
