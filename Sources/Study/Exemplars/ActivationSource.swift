import Dumps
import Machine
import Statistics

/// What a dump knows of one unit.
struct UnitRecord {
  let ranking: UnitRanking
  /// The activation of every row, NaN where the image was not read; `nil` where the dump keeps only the ends.
  let values: UnsafeBufferPointer<Float>?
}

/// The units of a dump, one by one.
struct ActivationSource: Sendable {
  let dump: RecordedDump

  /// The images that have a rank.
  let imageCount: Int

  /// Opens a dump.
  ///
  /// - Throws: ``Failure`` where there is no complete dump.
  init(_ folder: String) throws(Failure) {
    dump = try RecordedDump(opening: folder)
    imageCount = dump.images.recordedCount
  }

  /// Calls `body` for each unit of a layer with its position and what is known of it, on several threads.
  ///
  /// - Throws: ``Failure`` where the dump lacks a unit, and what `body` throws.
  func forEach(
    unit channels: [Int], of name: String, threads: Int,
    _ body: @escaping @Sendable (Int, UnitRecord) throws -> Void
  ) throws {
    let layer = try dump.layer(named: name)
    let columns = try channels.map { channel in
      guard let column = layer.column(ofUnit: channel) else {
        throw Failure(
          .badData, "\(dump.path) has no unit \(layer.name)__\(channel)",
          remedy: "record it, or choose others")
      }
      return column
    }
    let queue = PositionQueue(columns.count)
    try withWorkers(max(min(threads, columns.count), 1)) { _ in
      var ranker = ImageRanker()
      while let position = queue.take() {
        let column = columns[position]
        guard layer.storage == .matrix else {
          try body(position, UnitRecord(ranking: layer.ranking(ofColumn: column), values: nil))
          continue
        }
        try layer.forEachColumn(in: column..<column + 1) { _, values in
          try body(position, UnitRecord(ranking: ranker.rank(values), values: values))
        }
      }
    }
  }
}
