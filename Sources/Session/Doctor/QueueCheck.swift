import BPFRuntime

/// How many CPUs can receive at once.
enum QueueCheck: InterfaceCheck {
  static let name = "queues"

  static func remarks(_ facts: InterfaceFacts, isNamed: Bool) -> [Remark] {
    switch facts.receiveQueues {
    case 0: []
    case 1: [.ok("1 receive queue, so one CPU does all packets")]
    case let count: [.ok("\(count) receive queues")]
    }
  }
}
