import Glibc
import Session

/// The hubs of a session: queries on the same interfaces share one program, and come and go
/// without loss for the others.
///
/// Used from the shell's thread; a hub itself may be used from any.
final class LiveHubs {
  private var hubs: [(interfaces: [String], attach: Attachment, hub: LiveHub)] = []
  private let remarks = Remarks()

  /// The hub of these interfaces. While queries run on them, how the program is attached stays.
  func hub(on interfaces: [String], attach: Attachment) -> LiveHub {
    if let found = hubs.first(where: {
      $0.interfaces == interfaces && ($0.attach == attach || !$0.hub.queries.isEmpty)
    }) {
      return found.hub
    }
    let remarks = remarks
    let hub = LiveHub(
      LiveHub.Configuration(
        interfaces: interfaces, attach: attach, remark: { remarks.put($0) }))
    hubs.append((interfaces, attach, hub))
    return hub
  }

  /// What hubs had to say since the last call.
  func takeRemarks() -> [String] { remarks.take() }

  /// Ends what still runs and detaches.
  func close() { for entry in hubs { entry.hub.close() } }
}

/// Remarks of other threads.
private final class Remarks: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var texts: [String] = []

  init() {
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func put(_ text: String) {
    pthread_mutex_lock(mutex)
    texts.append(text)
    pthread_mutex_unlock(mutex)
  }

  func take() -> [String] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    defer { texts = [] }
    return texts
  }
}
