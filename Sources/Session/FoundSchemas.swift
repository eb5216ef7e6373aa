import Capture
public import Compiler
public import DataModel
public import Diagnostics

extension Session {
  /// Looks at the files whose columns a query leaves to be found out, and gives the compiler what
  /// they tell.
  public static func findSchemas(of source: SourceText, for options: inout CompileOptions) {
    options.findSchemas(of: source, by: RecordSample.look)
  }

  /// What a file of records tells of its columns, by its first ones.
  public static func schema(of question: SchemaQuestion) -> SchemaAnswer {
    RecordSample.look(question)
  }
}
