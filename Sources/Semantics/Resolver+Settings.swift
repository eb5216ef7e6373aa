import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// Settings that name a default of item windows.
  private static let itemSettings = [
    "WindowSize", "BasicWindowSize", "EHK", "ExponentialHistogramK", "TopK",
  ]
  private static let withoutEffect = ["QueueLength", "HighWaterMark", "HWM"]
  private static let durations = ["SetLag", "Lateness", "PatternWindow"]
  private static let allSettings = itemSettings + withoutEffect + durations

  /// `SetLag = 100ms;` and the other defaults of the preamble.
  mutating func resolve(_ node: Setting) {
    let given = node.name.text
    guard !node.name.isMissing else { return }
    let name = Self.allSettings.first { $0.lowercased() == given.lowercased() }
    guard let name else { return reportUnknownSetting(node) }
    if let first = settings.updateValue(node.name.range, forKey: name) {
      report(
        Diagnostic(
          .repeatedSetting, .warning, "\(name) is set again; this value holds",
          at: node.name.range, notes: [Diagnostic.Note("set here first", at: first)]))
    }
    if Self.durations.contains(name) {
      guard let value = duration(node) else { return }
      switch name {
      case "SetLag": plan.setLag = value
      case "Lateness": plan.lateness = value
      default: patternWindow = value
      }
    } else if Self.itemSettings.contains(name) {
      itemDefaults[name == "ExponentialHistogramK" ? "EHK" : name] = count(node)
    } else if Self.withoutEffect.contains(name) {
      report(
        Diagnostic(
          .settingWithoutEffect, .note, "\(name) has no effect: salc sizes its queues itself",
          at: node.name.range))
    }
  }

  private mutating func count(_ node: Setting) -> Int? {
    guard let value = check(node.value, in: Scope(constantsOnly: true)) else { return nil }
    if case .number(let count, 1) = value.node, value.isBareNumber, count > 0 {
      return Int(count)
    }
    report(
      Diagnostic(
        .wrongType, "\(node.name.text) is a whole number, at least 1", at: node.value.range))
    return nil
  }

  private mutating func duration(_ node: Setting) -> Int64? {
    guard let value = check(node.value, in: Scope(constantsOnly: true)) else { return nil }
    let name = node.name.text
    if case .number(let nanoseconds, 1) = value.node, value.type == .duration, nanoseconds >= 0 {
      return nanoseconds
    }
    var fixIts: [FixIt] = []
    if case .number(let count, 1) = value.node, value.type != .duration, count >= 0 {
      fixIts.append(
        FixIt("write seconds", [.insert("s", at: node.value.range.upperBound)]))
    }
    report(
      Diagnostic(
        .wrongType, "\(name) is a duration, such as 100ms", at: node.value.range, fixIts: fixIts))
    return nil
  }

  private mutating func reportUnknownSetting(_ node: Setting) {
    let name = node.name.text
    var fixIts: [FixIt] = []
    if let near = nearest(to: name, in: Self.allSettings) {
      fixIts.append(FixIt("did you mean ‘\(near)’?", replacing: node.name.range, with: near))
    }
    report(
      Diagnostic(
        .unknownSetting, "no setting is called ‘\(name)’", at: node.name.range,
        notes: [Diagnostic.Note("settings are \(Self.allSettings.joined(separator: ", "))")],
        fixIts: fixIts))
  }
}
