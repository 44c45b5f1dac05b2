import Foundation
import Machine

/// A file with the extremes of the rows done so far. After a snapshot, the spilled rows are no longer needed.
enum ExtremesSnapshot {
  private static let magic = Array("activation-dump extremes 1\n".utf8)

  /// Writes a snapshot atomically: a reader of the file finds either the old snapshot or the new one,
  /// complete.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`; the old snapshot then stays.
  /// - Precondition: No other thread changes the layers during the call.
  static func write(_ layers: [LayerExtremes], of rows: RangeSet<Int>, to path: String) throws(Failure) {
    let file = try AtomicFile(path)
    let hash = SHA256()
    var head = magic + bytes(rows.ranges.count)
    for range in rows.ranges { head += bytes(range.lowerBound) + bytes(range.upperBound) }
    try file.append(head)
    head.withUnsafeBytes { hash.update($0) }
    for layer in layers {
      let bytes = UnsafeRawBufferPointer(layer.bytes)
      try file.append(bytes)
      hash.update(bytes)
    }
    try file.append(Array(hash.finish().utf8))
    try file.commit()
  }

  /// Reads a snapshot into layers of the same units, or only checks the snapshot.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - bytes: The memory of all layers together.
  ///   - layers: The layers that receive the content; empty to check only.
  /// - Returns: The rows of the snapshot; empty when there is no snapshot, or when it is damaged.
  static func read(_ path: String, bytes: Int, into layers: [LayerExtremes] = []) -> RangeSet<Int> {
    guard let file = try? MappedFile(path) else { return RangeSet() }
    let region = file.region
    guard region.matches(magic), let count: Int = region.integer(at: magic.count),
      (0...1 << 40).contains(count)
    else { return RangeSet() }
    let start = magic.count + 8 + 16 * count
    guard region.count == start + bytes + 64, let content = region.slice(at: 0, count: start + bytes),
      region.slice(at: start + bytes, count: 64)?.utf8
        == content.withUnsafeBytes({ SHA256.hexDigest(of: $0) })
    else { return RangeSet() }
    var rows = RangeSet<Int>()
    for index in 0..<count {
      let place = magic.count + 8 + 16 * index
      guard let first: Int = region.integer(at: place), let end: Int = region.integer(at: place + 8),
        0 <= first, first < end
      else { return RangeSet() }
      rows.insert(contentsOf: first..<end)
    }
    var offset = start
    for layer in layers {
      region.withUnsafeBytes { region in
        layer.bytes.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: region[offset..<offset + layer.bytes.count]))
      }
      offset += layer.bytes.count
    }
    return rows
  }

  private static func bytes(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
  }
}
