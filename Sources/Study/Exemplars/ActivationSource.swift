import Dumps
import Machine
import Statistics

/// Reads the units of a dump one by one.
struct ActivationSource: Sendable {
  let dump: RecordedDump

  /// The number of images that have a rank.
  let imageCount: Int

  /// Opens a dump.
  ///
  /// - Throws: ``Failure`` when there is no complete dump.
  init(_ folder: String) throws(Failure) {
    dump = try RecordedDump(opening: folder)
    imageCount = dump.images.recordedCount
  }

  /// Returns the results of `body` for some units of a layer, in their order, computed on several threads.
  ///
  /// - Parameters:
  ///   - channels: The units.
  ///   - name: The layer's name.
  ///   - threads: The number of threads.
  ///   - body: Called with a unit's index in `channels`, its ranking, and its activation for every row, NaN
  ///     where the image was not read. The activations are `nil` where the dump keeps only the ends.
  /// - Returns: The results.
  /// - Throws: ``Failure`` when the dump lacks a unit, and the errors of `body`.
  func map<Result: Sendable>(
    units channels: [Int], of name: String, threads: Int,
    _ body: @Sendable (_ position: Int, UnitRanking, _ values: Span<Float>?) throws -> Result
  ) throws -> [Result] {
    let layer = try dump.layer(named: name)
    let columns = try channels.map { channel in
      guard let column = layer.column(ofUnit: channel) else {
        throw Failure(
          .badData, "\(dump.path) has no unit \(layer.name)__\(channel)",
          remedy: "record it, or choose others")
      }
      return column
    }
    return try Machine.map(in: columns.indices, threads: threads, state: { ImageRanker() }) {
      ranker, position in
      guard layer.storage == .matrix else {
        return try body(position, layer.ranking(ofColumn: columns[position]), nil)
      }
      let values = try layer.values(ofColumn: columns[position])
      return try body(position, ranker.rank(values.span), values.span)
    }
  }
}
