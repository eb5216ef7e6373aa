import BPFRuntime
import Glibc
import Synchronization

/// A network namespace of the test's own with a veth pair, `left` and `right`, both up and inside;
/// it goes with this value. Nothing of it is visible in the namespace the tests run in.
struct Namespace: ~Copyable {
  let network: NetworkNamespace
  private static let count = Atomic<Int>(0)

  struct Failure: Error {
    let text: String
  }

  init() throws {
    let number = Self.count.add(1, ordering: .relaxed).newValue
    let name = "salc-\(getpid())-\(number)"
    network = NetworkNamespace(name)
    try runIP(["netns", "add", name])
    do {
      try ip("link", "add", "left", "type", "veth", "peer", "name", "right")
      for end in ["left", "right"] { try ip("link", "set", end, "up") }
    } catch {
      try? runIP(["netns", "delete", name])
      throw error
    }
  }

  deinit { try? runIP(["netns", "delete", network.name]) }

  /// `ip -n NAME …`.
  func ip(_ arguments: String...) throws {
    try runIP(["-n", network.name] + arguments)
  }

  func interface(_ name: String) throws -> NetworkInterface {
    try network.run { () throws(BPFError) in try NetworkInterface.named(name) }
  }

  /// The XDP program on an interface here.
  func program(on name: String) throws -> ProgramIdentity? {
    try network.run { () throws(BPFError) in try NetworkInterface.named(name).attachedProgram() }
  }

  /// Sends frames out of `name` by a packet socket; returns how many the kernel took.
  func send(_ frames: [[UInt8]], from name: String) throws -> Int {
    try network.run { () throws(BPFError) in
      let index = try NetworkInterface.named(name).index
      let descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)
      defer { close(descriptor) }
      // struct sockaddr_ll of linux/if_packet.h, which Glibc's module lacks.
      var address = [UInt8](repeating: 0, count: 20)
      address.withUnsafeMutableBytes {
        $0.storeBytes(of: UInt16(AF_PACKET), as: UInt16.self)
        $0.storeBytes(of: index, toByteOffset: 4, as: Int32.self)
      }
      return frames.filter { frame in
        address.withUnsafeBytes {
          let pointer = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self)
          return sendto(descriptor, frame, frame.count, 0, pointer, UInt32($0.count))
        } == frame.count
      }.count
    }
  }
}

private func runIP(_ arguments: [String]) throws {
  var pointers: [UnsafeMutablePointer<CChar>?] = (["ip"] + arguments).map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  var child: pid_t = 0
  guard posix_spawnp(&child, "ip", nil, nil, &pointers, environ) == 0 else {
    throw Namespace.Failure(text: "there is no ip(8)")
  }
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0 && errno == EINTR {}
  guard status == 0 else {
    throw Namespace.Failure(text: "ip \(arguments) ended with \(status)")
  }
}
