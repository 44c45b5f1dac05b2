import Synchronization

/// Some units of one layer, processed by one worker.
struct UnitBlock: Sendable {
  /// The index of the layer, and of the block in the layer.
  let layer: Int, place: Int
  /// The columns of the units in the layer.
  let units: Range<Int>

  /// Returns the blocks, of at most `size` units, of layers with the given numbers of units.
  static func blocks(_ counts: [Int], ofAtMost size: Int) -> [UnitBlock] {
    counts.enumerated().flatMap { layer, count in
      stride(from: 0, to: count, by: max(size, 1)).enumerated().map { place, start in
        UnitBlock(layer: layer, place: place, units: start..<min(start + max(size, 1), count))
      }
    }
  }
}

/// Collects the units of layers from blocks that are done in any order.
final class LayerAssembly: Sendable {
  private let counts: [Int]
  private let parts: Mutex<[Int: [(start: Int, units: [UnitDigest])]]> = Mutex([:])

  init(_ counts: [Int]) { self.counts = counts }

  /// Adds a block. The call that adds the last block of a layer returns all of its units, in order.
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
