import CLibBPF

/// A global data section of an object, `.bss` or `.rodata`: the map that holds it and the names in
/// it, from BTF's DATASEC, whose sizes and offsets libbpf has filled in from the ELF.
struct DataSection {
  let map: OpaquePointer
  let variables: [ControlBlock.Variable]

  /// Finds the section; nil if the object has none of that name.
  init?(_ name: String, of handle: ObjectHandle) throws(BPFError) {
    guard let map = Self.map(name, of: handle) else { return nil }
    guard let btf = bpf_object__btf(handle.pointer) else {
      throw .invalidObject(reason: "it has no BTF; compile it with -g", log: "")
    }
    let id = btf__find_by_name_kind(btf, name, Self.sectionKind)
    guard id > 0, let section = btf__type_by_id(btf, UInt32(id)) else {
      throw .invalidObject(reason: "its BTF does not describe \(name)", log: "")
    }
    let count = Int(section.pointee.info & 0xffff)  // btf_vlen
    let entries = UnsafeRawPointer(section + 1).assumingMemoryBound(to: btf_var_secinfo.self)
    var variables: [ControlBlock.Variable] = []
    for entry in UnsafeBufferPointer(start: entries, count: count) {
      guard let variable = btf__type_by_id(btf, entry.type),
        let name = btf__name_by_offset(btf, variable.pointee.name_off)
      else { continue }
      variables.append(
        ControlBlock.Variable(
          name: String(cString: name), offset: Int(entry.offset), size: Int(entry.size)))
    }
    self.map = map
    self.variables = variables.sorted { $0.name < $1.name }
  }

  func variable(_ name: String) -> ControlBlock.Variable? {
    variables.first { $0.name == name }
  }

  /// Sets the initial value of a constant; only before the object is loaded.
  func setConstant(_ variable: ControlBlock.Variable, to value: UInt64) throws(BPFError) {
    var size = 0
    guard let current = bpf_map__initial_value(map, &size),
      variable.size == 8, variable.offset + 8 <= size
    else {
      throw .invalidObject(reason: "'\(variable.name)' is not a 64-bit constant", log: "")
    }
    var bytes = [UInt8](UnsafeRawBufferPointer(start: current, count: size))
    bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: value, toByteOffset: variable.offset, as: UInt64.self)
    }
    let result = bpf_map__set_initial_value(map, bytes, size)
    if result < 0 { throw .call("cannot set '\(variable.name)'", SystemError(code: result)) }
  }

  private static let sectionKind: UInt32 = 15  // BTF_KIND_DATASEC, uapi/linux/btf.h

  private static func map(_ name: String, of handle: ObjectHandle) -> OpaquePointer? {
    var map = bpf_object__next_map(handle.pointer, nil)
    while let current = map {
      // libbpf calls it by the object's name and the section's: `salc.bss`.
      if bpf_map__is_internal(current), String(cString: bpf_map__name(current)).hasSuffix(name) {
        return current
      }
      map = bpf_object__next_map(handle.pointer, current)
    }
    return nil
  }
}
