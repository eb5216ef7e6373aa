extension EmittedProgram {
  /// The program as one text that includes no file of `sal/`: what `--emit c` prints.
  ///
  /// `header` gives the text of a header by its name (`sal/types.h`), nil where there is none;
  /// such includes stay. Each header is put in once, before its first use; `#line` says of every
  /// line where it comes from.
  public func standalone(header: (String) -> String?) -> String {
    var inliner = HeaderInliner()
    inliner.add(source, name: Emitter.fileName, folder: "", header: header)
    return inliner.text
  }
}

/// Puts the texts of headers in the place of their includes.
private struct HeaderInliner {
  private(set) var text = ""
  private var taken: Set<String> = []

  mutating func add(
    _ content: String, name: String, folder: String, header: (String) -> String?
  ) {
    let lines = content.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      guard let include = Self.included(line) else {
        text += line + "\n"
        continue
      }
      let path = include.contains("/") ? include : folder + include
      if taken.contains(path) { continue }
      guard let inner = header(path) else {
        text += line + "\n"
        continue
      }
      taken.insert(path)
      let place = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
      text += "#line 1 \"\(path)\"\n"
      add(inner, name: path, folder: place, header: header)
      text += "#line \(index + 2) \"\(name)\"\n"
    }
  }

  /// The name in an include of either form.
  private static func included(_ line: Substring) -> String? {
    guard line.hasPrefix("#include ") else { return nil }
    let name = line.dropFirst("#include ".count)
    guard let open = name.first, open == "<" || open == "\"" else { return nil }
    return String(name.dropFirst().prefix { $0 != ">" && $0 != "\"" })
  }
}
