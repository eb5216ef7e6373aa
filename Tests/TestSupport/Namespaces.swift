import Glibc
import Synchronization

/// Two network namespaces joined by a veth pair, which go with the value.
///
/// Names carry the process's id, so that tests of several runs do not meet; nothing outside the
/// two namespaces is touched.
public final class Namespaces: Sendable {
  /// The namespace that sends; its interface is ``sendingInterface``, 10.99.0.1.
  public let sender: String
  /// The namespace that receives; its interface is ``receivingInterface``, 10.99.0.2.
  public let receiver: String
  /// The sending end of the pair.
  public let sendingInterface = "salctx"
  /// The receiving end of the pair.
  public let receivingInterface = "salcrx"

  /// Why namespaces could not be made.
  public struct Failure: Error, CustomStringConvertible {
    /// What `ip` said.
    public let description: String
  }

  private let ip: String
  private static let made = Atomic<Int>(0)

  /// Makes both namespaces and the pair, up, with this MTU.
  public init(_ label: String, mtu: Int = 1500) throws {
    guard let ip = Tool.find("ip") else { throw Failure(description: "there is no ip") }
    self.ip = ip
    let number = Self.made.add(1, ordering: .relaxed).newValue
    sender = "salc-\(getpid())-\(label)\(number)-tx"
    receiver = "salc-\(getpid())-\(label)\(number)-rx"
    let steps = [
      ["netns", "add", sender],
      ["netns", "add", receiver],
      [
        "-n", sender, "link", "add", sendingInterface, "type", "veth", "peer", "name",
        receivingInterface, "netns", receiver,
      ],
      ["-n", sender, "link", "set", sendingInterface, "mtu", "\(mtu)", "up"],
      ["-n", receiver, "link", "set", receivingInterface, "mtu", "\(mtu)", "up"],
      ["-n", sender, "link", "set", "lo", "up"],
    ]
    for namespace in [sender, receiver] {
      // No neighbour discovery or router solicitation of its own: only what the test sends.
      _ = Tool.run(ip, ["netns", "delete", namespace])
    }
    for step in steps {
      let outcome = Tool.run(ip, step)
      guard outcome.exitCode == 0 else {
        remove()
        throw Failure(description: "ip \(step.joined(separator: " ")): \(outcome.errors)")
      }
      if step[1] == "add", step[0] == "netns" { quiet(step[2]) }
    }
  }

  deinit { remove() }

  /// Joins the two by another pair, `salctx2` and `salcrx2`, up.
  public func addPair() throws {
    for step in [
      [
        "-n", sender, "link", "add", sendingInterface + "2", "type", "veth", "peer", "name",
        receivingInterface + "2", "netns", receiver,
      ],
      ["-n", sender, "link", "set", sendingInterface + "2", "up"],
      ["-n", receiver, "link", "set", receivingInterface + "2", "up"],
    ] {
      let outcome = Tool.run(ip, step)
      guard outcome.exitCode == 0 else {
        throw Failure(description: "ip \(step.joined(separator: " ")): \(outcome.errors)")
      }
    }
  }

  /// Runs a program in a namespace to its end.
  public func run(
    in namespace: String, _ path: String, _ arguments: [String], timeout: Double = 120
  ) -> Tool.Outcome {
    Tool.run(ip, ["netns", "exec", namespace, path] + arguments, timeout: timeout)
  }

  /// Starts a program in a namespace.
  public func start(
    in namespace: String, _ path: String, _ arguments: [String], output: Tool.Output = .collected
  ) -> Job {
    Job(ip, ["netns", "exec", namespace, path] + arguments, output: output)
  }

  /// A counter of an interface, such as `tx_packets`.
  public func counter(_ name: String, of interface: String, in namespace: String) -> UInt64? {
    let path = "/sys/class/net/\(interface)/statistics/\(name)"
    let outcome = run(in: namespace, "/bin/cat", [path])
    return UInt64(outcome.output.split(separator: "\n").first ?? "")
  }

  /// Whether an XDP program is attached to the receiving interface.
  public var hasProgram: Bool {
    let outcome = Tool.run(ip, ["-n", receiver, "-d", "link", "show", receivingInterface])
    return outcome.output.contains("prog/xdp") || outcome.output.contains("xdp/id")
  }

  /// Deletes the pair; what runs on it sees its interface go.
  public func deletePair() {
    _ = Tool.run(ip, ["-n", sender, "link", "delete", sendingInterface])
  }

  private func quiet(_ namespace: String) {
    let settings = ["net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"]
    guard let sysctl = Tool.find("sysctl") else { return }
    _ = Tool.run(ip, ["netns", "exec", namespace, sysctl, "-qw"] + settings)
  }

  private func remove() {
    for namespace in [sender, receiver] { _ = Tool.run(ip, ["netns", "delete", namespace]) }
  }
}
