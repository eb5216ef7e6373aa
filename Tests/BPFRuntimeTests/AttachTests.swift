import BPFRuntime
import Glibc
import Testing

@Suite(.enabled(if: Kernel.isUsable, Kernel.reason)) struct AttachTests {
  @Test(arguments: AttachMode.allCases)
  func everyPacketOfAVethIsCountedOnce(_ mode: AttachMode) throws {
    let namespace = try Namespace()
    let program = try Fixture.load(.init(ringBytes: 1 << 16))
    let right = try namespace.interface("right")
    let counters = try namespace.network.run { () throws(BPFError) in try LinkCounters(right) }
    let attachment = try namespace.network.run { () throws(BPFError) in
      try XDPAttachment.attach(program, to: right, mode: mode)
    }
    #expect(attachment.mode == (mode == .generic ? .generic : .native))
    #expect(attachment.fallback == nil)
    #expect(attachment.isAlive == true)
    #expect(try namespace.program(on: "right") == program.identity)

    let before = try counters.read()
    let frames = (0..<500).map { Fixture.frame(from: UInt32(0x0a01_0000 + $0 % 5)) }
    #expect(try namespace.send(frames, from: "left") == frames.count)
    let state = try program.mapState()
    func tallies() -> [UInt32: Tally] {
      var tallies: [UInt32: Tally] = [:]
      for cpu in 0..<state.cpus { Half(state.half(cpu: cpu, epoch: 0)).add(to: &tallies) }
      return tallies.filter { $0.key >> 16 == 0x0a01 }
    }
    let deadline = time(nil) + 10
    while tallies().values.reduce(0, { $0 + $1.packets }) < 500 && time(nil) < deadline {
      usleep(1000)
    }
    let expected = (0..<5).map { (UInt32(0x0a01_0000 + $0), Tally(packets: 100, bytes: 6000)) }
    #expect(tallies() == Dictionary(uniqueKeysWithValues: expected))
    let after = try counters.read()
    #expect(after.receivedPackets &- before.receivedPackets >= 500)
    // veth counts a packet that XDP passed without its link header.
    #expect(after.receivedBytes &- before.receivedBytes >= 500 * 46)

    try attachment.detach()
    #expect(try namespace.program(on: "right") == nil)
  }

  @Test func anAttachmentEndsWithItsValue() throws {
    let namespace = try Namespace()
    let program = try Fixture.load(.init(ringBytes: 4096))
    do {
      let right = try namespace.interface("right")
      let attachment = try namespace.network.run { () throws(BPFError) in
        try XDPAttachment.attach(program, to: right)
      }
      #expect(attachment.isAlive == true)
      #expect(try namespace.program(on: "right") != nil)
    }
    #expect(try namespace.program(on: "right") == nil)
  }

  @Test(arguments: AttachMode.allCases)
  func anotherProgramIsNotReplacedButNamed(_ mode: AttachMode) throws {
    let namespace = try Namespace()
    let holder = try Fixture.load(.init(ringBytes: 4096))
    let late = try Fixture.load(.init(ringBytes: 4096))
    let right = try namespace.interface("right")
    let attachment = try namespace.network.run { () throws(BPFError) in
      try XDPAttachment.attach(holder, to: right, mode: mode)
    }
    let error = try #require(throws: BPFError.self) {
      _ = try namespace.network.run { () throws(BPFError) in
        try XDPAttachment.attach(late, to: right)
      }
    }
    guard case .interfaceBusy("right", holder.identity, let processes, _) = error else {
      Issue.record("does not name the holder: \(error)")
      return
    }
    #expect("\(error)".contains("right already runs an XDP program, program "))
    #expect("\(error)".contains("'salc_main' of process \(getpid()) ("))
    #expect(processes.map(\.pid) == [getpid()])
    #expect(attachment.isAlive == true)
    #expect(try namespace.program(on: "right") == holder.identity)
  }

  /// veth takes no native program of one buffer at an MTU beyond a page less headroom.
  @Test func aDriversRefusalFallsBackAndSaysSo() throws {
    let namespace = try Namespace()
    for end in ["left", "right"] { try namespace.ip("link", "set", end, "mtu", "9000") }
    let right = try namespace.interface("right")
    let program = try Fixture.load(.init(ringBytes: 4096))
    let error = try #require(throws: BPFError.self) {
      _ = try namespace.network.run { () throws(BPFError) in
        try XDPAttachment.attach(program, to: right, mode: .native)
      }
    }
    #expect("\(error)".contains("cannot attach to right in native mode"))
    let attachment = try namespace.network.run { () throws(BPFError) in
      try XDPAttachment.attach(program, to: right)
    }
    #expect(attachment.mode == .generic)
    let reason = attachment.fallback ?? "none"
    #expect(reason.contains("the driver of right refused native XDP"))
    try attachment.detach()
    // With several buffers the same interface takes it natively.
    let frags = try Fixture.load(.init(ringBytes: 4096, frags: true))
    let native = try namespace.network.run { () throws(BPFError) in
      try XDPAttachment.attach(frags, to: right)
    }
    #expect(native.mode == .native)
  }

  @Test func aRemovedInterfaceIsNoticed() throws {
    let namespace = try Namespace()
    let program = try Fixture.load(.init(ringBytes: 4096))
    let right = try namespace.interface("right")
    let counters = try namespace.network.run { () throws(BPFError) in try LinkCounters(right) }
    let attachment = try namespace.network.run { () throws(BPFError) in
      try XDPAttachment.attach(program, to: right)
    }
    try namespace.ip("link", "delete", "right")
    #expect(attachment.isAlive == false)
    let error = try #require(throws: BPFError.self) { _ = try counters.read() }
    #expect("\(error)".contains("cannot read the counters of right: ENODEV"))
    try attachment.detach()
  }

  @Test func anUnknownInterfaceIsAnsweredWithItsLikes() throws {
    let namespace = try Namespace()
    let error = try #require(throws: BPFError.self) { try namespace.interface("rigth") }
    guard case .noInterface("rigth", let near) = error else {
      Issue.record("another error: \(error)")
      return
    }
    #expect(near.contains("right"))
    #expect("\(error)".contains("no network interface 'rigth'"))
  }

  @Test func anUnknownNamespaceIsAnError() throws {
    let error = try #require(throws: BPFError.self) {
      try NetworkNamespace("salc-none").run { () throws(BPFError) in 0 }
    }
    #expect("\(error)".contains("cannot enter the network namespace 'salc-none': ENOENT"))
  }

  /// The child makes no attempt to clean up: the kernel lets go of the link with the descriptor.
  @Test func aKilledProcessLeavesNothingAttached() async throws {
    let namespace = try Namespace()
    let name = namespace.network.name
    await #expect(processExitsWith: .signal(SIGKILL)) { [name = name as String] in
      let network = NetworkNamespace(name)
      let program = try Fixture.load(.init(ringBytes: 4096))
      let attachment = try network.run { () throws(BPFError) in
        try XDPAttachment.attach(program, to: .named("right"))
      }
      let seen = try network.run { () throws(BPFError) in
        try NetworkInterface.named("right").attachedProgram()
      }
      if seen == program.identity && attachment.isAlive { raise(SIGKILL) }
    }
    let deadline = time(nil) + 5
    while try namespace.program(on: "right") != nil && time(nil) < deadline { usleep(1000) }
    #expect(try namespace.program(on: "right") == nil)
  }
}

@Suite(.enabled(if: Kernel.isUsable && getuid() == 0, Kernel.reason)) struct PrivilegeTests {
  /// In a process of its own, which gives its privileges away.
  @Test func withoutPrivilegeTheMissingCapabilitiesAreNamed() async {
    await #expect(processExitsWith: .success) {
      let object = try Fixture.object()
      try #require(setuid(65_534) == 0)
      let obstacle = try #require(Probe.obstacle())
      #expect(obstacle.contains("lacks CAP_BPF, CAP_NET_ADMIN;"))
      #expect(obstacle.contains("setcap cap_bpf,cap_net_admin+ep"))
      let error = try #require(throws: BPFError.self) {
        _ = try Fixture.load(object, .init(ringBytes: 4096))
      }
      guard case .notPermitted(_, let missing) = error else {
        Issue.record("another error: \(error)")
        return
      }
      #expect(missing == [.bpf, .networkAdministration])
    }
  }
}
