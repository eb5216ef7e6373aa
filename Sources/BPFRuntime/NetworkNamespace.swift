import CLibBPF
import Glibc

/// A network namespace that `ip netns add` made.
public struct NetworkNamespace: Sendable, Hashable {
  /// Its name, a file below /run/netns.
  public let name: String

  /// Refers to the namespace; it need not exist yet.
  public init(_ name: String) { self.name = name }

  /// Runs `body` on a new thread inside the namespace and waits for it. Interfaces are looked up,
  /// programs attached and sockets opened there; what they give stays usable outside.
  public func run<Value: ~Copyable>(
    _ body: () throws(BPFError) -> Value
  ) throws(BPFError) -> Value {
    var outcome: Result<Value, BPFError>?
    let task = {
      do throws(BPFError) {
        outcome = .success(try body())
      } catch {
        outcome = .failure(error)
      }
    }
    let status = withoutActuallyEscaping(task) { task in
      withUnsafePointer(to: task) { call in
        salbpf_in_namespace(
          "/run/netns/\(name)", { $0!.assumingMemoryBound(to: (() -> Void).self).pointee() },
          UnsafeMutableRawPointer(mutating: call))
      }
    }
    guard status == 0, let outcome = outcome.take() else {
      throw .call("cannot enter the network namespace '\(name)'", SystemError(code: status))
    }
    return try outcome.get()
  }
}
