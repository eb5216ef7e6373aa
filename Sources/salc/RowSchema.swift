import DataModel
import Diagnostics

/// A JSON Schema (draft 2020-12) of the lines that `run --format json` prints for a query.
enum RowSchema {
  /// The schema's text.
  static func text(_ schemas: [OutputSchema]) -> String {
    let rows = schemas.map(row)
    let all = (rows + [meta, loss, end]).joined(separator: ",\n")
    return """
      {"$schema":"https://json-schema.org/draft/2020-12/schema",
      "title":"a line of salc run --format json",
      "oneOf":[
      \(all)
      ]}

      """
  }

  private static func row(_ schema: OutputSchema) -> String {
    let times = schema.isWindowed ? ["window_start", "window_end"] : ["time"]
    let stamps = times.map { "\"\($0)\":\(type(.time))" }.joined(separator: ",")
    let fields = schema.columns.map { "\(jsonQuoted($0.name)):\(nullable($0.type))" }
    let names = schema.columns.map { jsonQuoted($0.name) }.joined(separator: ",")
    let qualities = Quality.allCases.map { jsonQuoted($0.rawValue) }.joined(separator: ",")
    let required = (["type", "output"] + times + ["fields", "quality"]).map(jsonQuoted)
    return "{\"title\":\(jsonQuoted(schema.name)),\"type\":\"object\",\"properties\":{"
      + "\"type\":{\"const\":\"row\"},\"output\":{\"const\":\(jsonQuoted(schema.name))},\(stamps),"
      + "\"fields\":{\"type\":\"object\",\"properties\":{\(fields.joined(separator: ","))},"
      + "\"required\":[\(names)],\"additionalProperties\":false},"
      + "\"bounds\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"array\","
      + "\"items\":{\"type\":[\"number\",\"null\"]},\"minItems\":2,\"maxItems\":2}},"
      + "\"quality\":{\"enum\":[\(qualities)]},"
      + "\"uncertain\":{\"type\":\"boolean\"}},"
      + "\"required\":[\(required.joined(separator: ","))]}"
  }

  private static func nullable(_ type: ScalarType) -> String {
    "{\"anyOf\":[\(self.type(type)),{\"type\":\"null\"}]}"
  }

  private static func type(_ type: ScalarType) -> String {
    switch type {
    case .bool: #"{"type":"boolean"}"#
    case .unsigned: #"{"type":"integer","minimum":0}"#
    case .signed: #"{"type":"integer"}"#
    case .float: #"{"type":"number"}"#
    case .duration: #"{"type":"number","description":"seconds"}"#
    case .ipv4: #"{"type":"string","format":"ipv4"}"#
    case .ipv6: #"{"type":"string","format":"ipv6"}"#
    case .ip: #"{"type":"string","anyOf":[{"format":"ipv4"},{"format":"ipv6"}]}"#
    case .time: #"{"type":"string","format":"date-time"}"#
    case .mac, .string, .service, .text: #"{"type":"string"}"#
    case .ranking:
      #"{"type":"array","items":{"type":"object","required":["key","count","share"]}}"#
    }
  }

  private static let lost = #""lost":{"type":"object","additionalProperties":{"type":"integer"}}"#

  private static let meta =
    #"{"title":"meta","type":"object","properties":{"type":{"const":"meta"},"#
    + #""version":{"const":1}},"required":["type","version","query","outputs"]}"#
  private static let loss =
    #"{"title":"loss","type":"object","properties":{"type":{"const":"loss"},"#
    + lost + #"},"required":["type","window_start","window_end","lost"]}"#
  private static let end =
    #"{"title":"end","type":"object","properties":{"type":{"const":"end"},"#
    + lost + #"},"required":["type","packets","rows","lost","elapsed_s"]}"#
}
