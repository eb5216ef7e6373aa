extension StreamOperator {
  /// Name and parameters as people write them: `topk(fields, …, k: 1…100, [weight])`.
  public var signature: String {
    let texts = parameters.map { parameter in
      let text =
        switch parameter.kind {
        case .expression, .values: parameter.name
        case .share: "\(parameter.name): 0…1"
        case .choice(let words): words.joined(separator: "|")
        case .fields: parameter.name + ", …"
        case .integer(let range):
          "\(parameter.name): \(range.lowerBound)…\(range.upperBound)"
        }
      return parameter.isOptional ? "[\(text)]" : text
    }
    return "\(name)(\(texts.joined(separator: ", ")))"
  }
}
