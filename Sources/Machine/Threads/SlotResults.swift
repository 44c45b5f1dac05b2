import Synchronization

/// Results that threads put into their places.
package final class SlotResults<Result: Sendable>: Sendable {
  private let slots: Mutex<[Result?]>

  package init(_ count: Int) { slots = Mutex([Result?](repeating: nil, count: count)) }

  package func set(_ position: Int, _ result: Result) { slots.withLock { $0[position] = result } }

  /// What there is, in order.
  package var all: [Result] { slots.withLock { $0.compactMap { $0 } } }
}

/// Positions handed out one by one.
package final class PositionQueue: Sendable {
  private let next: Mutex<Int>
  private let count: Int

  package init(_ count: Int) {
    self.count = count
    next = Mutex(0)
  }

  /// A position nobody else has; `nil` when there are none left.
  package func take() -> Int? {
    next.withLock { next in
      guard next < count else { return nil }
      defer { next += 1 }
      return next
    }
  }
}
