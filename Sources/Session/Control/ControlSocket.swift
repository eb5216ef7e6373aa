import Glibc

/// Why a control socket cannot be used; `description` is meant for the user's eyes.
public struct ControlError: Error, Sendable, CustomStringConvertible {
  /// What failed, where, and what helps.
  public let description: String

  init(_ description: String) { self.description = description }

  init(_ doing: String, errno code: Int32) {
    self.init("\(doing): \(String(cString: strerror(code)))")
  }
}

/// One end of a connection over a control socket.
final class ControlSocket: @unchecked Sendable {
  // Reads and writes of one end come from one thread.
  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// The user and process at the other end (`SO_PEERCRED`); nil where the kernel does not say.
  var peer: (user: uid_t, process: pid_t)? {
    // struct ucred of <bits/socket.h>: pid, uid, gid.
    var credentials: (pid_t, uid_t, gid_t) = (0, 0, 0)
    var length = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
      return nil
    }
    return (credentials.1, credentials.0)
  }

  /// Lets reads and writes wait at most so long.
  func limitWaiting(seconds: Int) {
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
  }

  /// Sends a message, with a descriptor of this process (`SCM_RIGHTS`) if one is given.
  func send(_ message: ControlMessage, passing passed: Int32? = nil) throws(ControlError) {
    let bytes = message.encoded
    var sent = 0
    if let passed { sent = try sendFirst(bytes, passing: passed) }
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw ControlError("the control connection broke", errno: errno) }
      sent += count
    }
  }

  /// `struct cmsghdr` with one descriptor behind it (cmsg(3)).
  private struct PassedDescriptor {
    var length = 20
    var level = SOL_SOCKET
    var type: Int32 = 0x01  // SCM_RIGHTS
    var descriptor: Int32 = -1
    var padding: Int32 = 0
  }

  private func sendFirst(
    _ bytes: [UInt8], passing passed: Int32
  ) throws(ControlError) -> Int {
    var control = PassedDescriptor()
    control.descriptor = passed
    let sent = bytes.withUnsafeBytes { bytes in
      withUnsafeMutableBytes(of: &control) { control in
        var part = iovec(
          iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
        return withUnsafeMutablePointer(to: &part) { part in
          var header = msghdr()
          header.msg_iov = part
          header.msg_iovlen = 1
          header.msg_control = control.baseAddress
          header.msg_controllen = control.count
          return sendmsg(descriptor, &header, Int32(MSG_NOSIGNAL))
        }
      }
    }
    guard sent > 0 else { throw ControlError("the control connection broke", errno: errno) }
    return sent
  }

  /// The next message, and a descriptor that came with it, which is the caller's to close; nil at
  /// the end.
  func receive() throws(ControlError) -> (message: ControlMessage, passed: Int32?)? {
    var passed: Int32?
    guard let head = try read(4, &passed) else { return nil }
    let length = head.reduce(0) { $0 << 8 | Int($1) }
    guard length <= ControlMessage.longest, let body = try read(length, &passed),
      let message = ControlMessage(body)
    else {
      if let passed { close(passed) }
      throw ControlError("what came over the control socket is no message of salc's")
    }
    return (message, passed)
  }

  /// Whether the other end is gone or has sent something, waiting at most so long.
  func isReadable(waitingMilliseconds: Int32) -> Bool {
    var entry = pollfd(descriptor: descriptor, events: Int16(POLLIN))
    return poll(&entry, 1, waitingMilliseconds) > 0
  }

  /// So many bytes; nil where the connection ends before the first.
  private func read(_ count: Int, _ passed: inout Int32?) throws(ControlError) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      var control = PassedDescriptor()
      let received = bytes.withUnsafeMutableBytes { bytes in
        withUnsafeMutableBytes(of: &control) { control in
          var part = iovec(iov_base: bytes.baseAddress! + got, iov_len: count - got)
          return withUnsafeMutablePointer(to: &part) { part in
            var header = msghdr()
            header.msg_iov = part
            header.msg_iovlen = 1
            header.msg_control = control.baseAddress
            header.msg_controllen = control.count
            let received = recvmsg(descriptor, &header, Int32(MSG_CMSG_CLOEXEC))
            if header.msg_controllen == 0 { control.storeBytes(of: 0, as: Int.self) }
            return received
          }
        }
      }
      if received < 0 && errno == EINTR { continue }
      if received > 0 && control.length == 20 && control.type == 0x01 {
        if let passed { close(passed) }
        passed = control.descriptor
      }
      if received == 0 && got == 0 { return nil }
      guard received > 0 else { throw ControlError("the control connection broke", errno: errno) }
      got += received
    }
    return bytes
  }
}

extension pollfd {
  fileprivate init(descriptor: Int32, events: Int16) {
    self.init(fd: descriptor, events: events, revents: 0)
  }
}

extension sockaddr_un {
  /// Calls `body` with the address of a path; the path must fit (107 bytes).
  static func with<Value>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
  ) throws(ControlError) -> Value {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0) else {
      throw ControlError("the path of a socket has at most 107 bytes; '\(path)' has \(bytes.count)")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
