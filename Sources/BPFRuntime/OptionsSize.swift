/// Bytes of an options struct of libbpf up to the end of its last field.
///
/// libbpf refuses a struct whose bytes beyond the last field that it knows are not zero
/// (OPTS_VALID), and the optimizer does not keep the zeros in padding at a struct's end. So `sz` of
/// a struct that ends in padding must not count the padding.
func sizeThrough<Options, Field>(_ last: KeyPath<Options, Field>) -> Int {
  guard let offset = MemoryLayout<Options>.offset(of: last) else {
    preconditionFailure("a stored field of a C struct has an offset")
  }
  return offset + MemoryLayout<Field>.size
}
