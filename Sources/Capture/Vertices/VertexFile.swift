public import DataModel

/// Opens the files of `VertexInfo`: CSV with a header, NDJSON, or MaxMind's DB, each also `.gz`.
///
/// The first column, or the first member of each object, is the vertex: an address, a network
/// (the longest that holds the vertex counts), or any text as rows print it.
public enum VertexFile {
  /// The most bytes of a file, unpacked: it is kept in memory.
  public static let bytesMax = 1 << 30

  /// Reads a file, which has to have these attributes (of MaxMind's DB only records tell).
  public static func read(
    _ path: String, attributes: [String]
  ) throws(CaptureError) -> any VertexAttributes {
    let bytes = try bytes(of: path)
    if let database = try MaxMindFile(bytes, path: path) { return database }
    let table = try VertexRows(bytes, path: path)
    for name in attributes where !table.names.contains(name) {
      let known = table.names.sorted().prefix(20).joined(separator: ", ")
      throw CaptureError(
        path, .unsupportedFormat("says nothing called ‘\(name)’ of vertices; it has \(known)"))
    }
    return table
  }

  private static func bytes(of path: String) throws(CaptureError) -> [UInt8] {
    let (stream, _) = try openByteStream(path)
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    defer { space.deallocate() }
    var bytes: [UInt8] = []
    while true {
      let count = try stream.read(into: space)
      if count == 0 { break }
      bytes.append(contentsOf: space[..<count])
      if bytes.count > bytesMax {
        throw CaptureError(path, .unsupportedFormat("has more than 1 GiB, which is not read"))
      }
    }
    if bytes.isEmpty { throw CaptureError(path, .unsupportedFormat("is empty")) }
    bytes.removeFirst(ByteOrderMark.length(bytes))
    return bytes
  }
}
