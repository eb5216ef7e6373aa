import Testing

/// Everything that runs on a veth pair, one by one: two at a time would measure each other.
@Suite("Live", .serialized) enum Live {}
