import DataModel
import Diagnostics
import Plan
import Syntax

// Outputs of features of items that nothing uses.
extension Resolver {
  /// A feature that nothing uses, and where it is named.
  typealias UnusedCurrent = (feature: Int, range: SourceRange)

  /// One row a tuple, of features that nothing uses, in the order of the program: one output of
  /// those whose keys the same tuples have.
  mutating func outputCurrent(_ features: [UnusedCurrent]) {
    var groups: [(node: Int, features: [UnusedCurrent])] = []
    for feature in features {
      let input = plan.items[plan.itemFeatures[feature.feature].group].input
      var isTaken = false
      for index in groups.indices where !isTaken {
        let together = groups[index].features + [feature]
        guard let node = commonNode(groups[index].node, input), isOutput(together, at: node)
        else { continue }
        groups[index] = (node, together)
        isTaken = true
      }
      if !isTaken { groups.append((input, [feature])) }
    }
    for group in groups {
      outputCurrent(group.features, at: group.node, name: unusedOutputName("Features"))
    }
  }

  private mutating func outputCurrent(_ features: [UnusedCurrent], at node: Int, name: String) {
    var columns: [TupleColumnExpression] = []
    var schema: [DataModel.OutputColumn] = []
    // SAM wrote what the record is known to be before its features, for learning.
    if let label = plan.recordSchema(of: node)?.label {
      columns.append(.field(label.id))
      schema.append(DataModel.OutputColumn(name: "Label", type: label.field.type))
    }
    for (feature, _) in features {
      let entry = plan.itemFeatures[feature]
      var title = entry.name
      var number = 2
      while schema.contains(where: { $0.name == title }) {
        title = "\(entry.name)_\(number)"
        number += 1
      }
      columns.append(.current(feature, key: plan.items[entry.group].key))
      schema.append(DataModel.OutputColumn(name: title, type: entry.type))
    }
    plan.outputs.append(
      Plan.Output(
        name: name, content: .tuples(node: node, columns),
        schema: OutputSchema(name: name, columns: schema, isWindowed: false),
        range: features[0].range))
  }

  /// Whether tuples of the node have the keys of all the features.
  private func isOutput(_ features: [UnusedCurrent], at node: Int) -> Bool {
    let stream = TupleStream(node: node, key: nil)
    return features.allSatisfy { feature in
      plan.items[plan.itemFeatures[feature.feature].group].key.allSatisfy {
        isAvailable($0.field, over: stream)
      }
    }
  }

  /// The last node that both are or follow; nil where one of them has tuples of its own making.
  private func commonNode(_ first: Int, _ second: Int) -> Int? {
    func path(_ node: Int) -> [Int] {
      var result = [node]
      while let input = plan.nodes[result[0]].input {
        let operation = plan.nodes[result[0]].operation
        if operation.makesTuples || operation.isUnfolding || operation.isUnanswered { break }
        result.insert(input, at: 0)
      }
      return result
    }
    return zip(path(first), path(second)).prefix { $0 == $1 }.last?.0
  }
}
