import Synchronization

/// Some units of one layer, to be done by one worker.
struct UnitBlock: Sendable {
  /// The position of the layer, and of the block in it.
  let layer: Int, place: Int
  /// Columns of the layer.
  let units: Range<Int>

  /// Layers of so many units each, cut into blocks of at most `size` units.
  static func blocks(_ counts: [Int], ofAtMost size: Int) -> [UnitBlock] {
    counts.enumerated().flatMap { layer, count in
      stride(from: 0, to: count, by: max(size, 1)).enumerated().map { place, start in
        UnitBlock(layer: layer, place: place, units: start..<min(start + max(size, 1), count))
      }
    }
  }
}

/// Puts the units of layers together as their blocks are done, in any order.
final class LayerAssembly: Sendable {
  private let counts: [Int]
  private let parts: Mutex<[Int: [(start: Int, units: [UnitDigest])]]> = Mutex([:])

  init(_ counts: [Int]) { self.counts = counts }

  /// Adds a block; whoever adds the last one of a layer gets all of its units, in order.
  func add(_ units: [UnitDigest], of block: UnitBlock) -> [UnitDigest]? {
    parts.withLock { parts in
      parts[block.layer, default: []].append((block.units.lowerBound, units))
      let found = parts[block.layer] ?? []
      guard found.reduce(0, { $0 + $1.units.count }) == counts[block.layer] else { return nil }
      parts[block.layer] = nil
      return found.sorted { $0.start < $1.start }.flatMap(\.units)
    }
  }
}
