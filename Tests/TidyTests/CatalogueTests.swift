import DataModel
import Operators
import TestSupport
import Testing

@Suite("The catalogues are complete")
struct CatalogueTests {
  @Test("an operator has one folder, a summary and an example")
  func operatorsHaveFolders() {
    let files = Repository.files(below: "Sources/Operators")
    for entry in OperatorCatalogue.all {
      let type = "\(Swift.type(of: entry))"
      #expect(files.contains("Sources/Operators/\(type)/\(type).swift"), "\(entry.name)")
      #expect(entry.summary.hasSuffix("."), "\(entry.name): \(entry.summary)")
      #expect(entry.example.contains(entry.name + "("), "\(entry.name): \(entry.example)")
    }
  }

  @Test("operator names stand nowhere but in their folder and in the reference")
  func operatorNames() {
    let names = OperatorCatalogue.all.flatMap { [$0.name] + $0.aliases }
    for file in Repository.files(below: "Sources")
    where file.hasSuffix(".swift") && !file.hasPrefix("Sources/Operators/")
      && !file.hasPrefix("Sources/Reference/")
    {
      let text = Repository.text(file)
      for name in names where text.contains("\"\(name)\"") {
        #expect(Self.otherMeanings.contains(name), "\(file) names the operator \(name)")
      }
    }
  }

  /// Operators whose names are also plain words elsewhere, such as a column's name in a layout.
  static let otherMeanings: Set<String> = [
    "count",  // `F.count(i)` of a ranking, in NDJSON
    "min",  // a unit of durations
  ]

  @Test("names and aliases of operators are unique and lower case")
  func operatorNamesAreUnique() {
    let names = OperatorCatalogue.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0 == $0.lowercased() })
  }

  @Test("names of sources stand nowhere but in their catalogues")
  func sourceNames() {
    let names =
      PacketSource.allCases.map(\.rawValue) + DescribedFormat.allCases.map(\.rawValue)
      + RecordFormats.all.map(\.source)
    #expect(Set(names).count == names.count)
    for file in Repository.files(below: "Sources")
    where file.hasSuffix(".swift") && !file.hasPrefix("Sources/DataModel/") {
      let text = Repository.text(file)
      for name in names {
        #expect(!text.contains("\"\(name)\""), "\(file) names the source \(name)")
      }
    }
  }

  @Test("names and aliases of packet fields are unique, and each field has a sentence")
  func fields() {
    let names = PacketFields.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
    for field in PacketFields.all { #expect(field.summary.hasSuffix("."), "\(field.name)") }
  }
}

@Suite("Generated documentation is up to date")
struct GeneratedDocumentationTests {
  @Test("Docs/Operators.md")
  func operators() { expectCurrent("Docs/Operators.md", OperatorsDocument.text) }

  @Test("the header of services")
  func services() { expectCurrent("runtime-bpf/include/sal/services.h", ServicesHeader.text) }

  @Test("Docs/Fields.md")
  func fields() { expectCurrent("Docs/Fields.md", FieldsDocument.text) }

  @Test("Docs/Sinks.md")
  func sinks() { expectCurrent("Docs/Sinks.md", SinksDocument.text) }

  /// Compares a generated file; `SALC_UPDATE=1` writes it instead.
  private func expectCurrent(_ file: String, _ text: String) {
    if Update.isAsked { FileBytes.write(Array(text.utf8), to: Repository.root + "/" + file) }
    #expect(
      Repository.text(file) == text,
      "\(file) is stale: run SALC_UPDATE=1 scripts/test --filter TidyTests")
  }
}
