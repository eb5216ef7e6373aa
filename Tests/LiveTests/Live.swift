import Testing

/// Everything that runs on a veth pair, one after the other: two at a time would measure each other.
@Suite("Live", .serialized) enum Live {}
