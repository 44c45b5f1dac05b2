import Synchronization

/// Results that threads put into their places.
final class SlotResults<Result: Sendable>: Sendable {
  private let slots: Mutex<[Result?]>

  init(_ count: Int) { slots = Mutex([Result?](repeating: nil, count: count)) }

  func set(_ position: Int, _ result: Result) { slots.withLock { $0[position] = result } }

  /// What there is, in order.
  var all: [Result] { slots.withLock { $0.compactMap { $0 } } }
}

/// Positions handed out one by one.
final class PositionQueue: Sendable {
  private let next: Mutex<Int>
  private let count: Int

  init(_ count: Int) {
    self.count = count
    next = Mutex(0)
  }

  /// A position nobody else has; `nil` when there are none left.
  func take() -> Int? {
    next.withLock { next in
      guard next < count else { return nil }
      defer { next += 1 }
      return next
    }
  }
}
