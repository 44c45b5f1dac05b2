import Statistics
import Tensor

extension Manifest {
  /// The maximum number of rows of a dump: above any real set of images, and low enough for arithmetic
  /// without overflow.
  private static let maximumRows = 1 << 40
  /// The maximum number of channels of a layer, and of numbers in a row: above those of any network, and low
  /// enough for a list of them to fit in memory.
  private static let maximumChannels = 1 << 20, maximumRowCount = 1 << 28

  /// The description of the first invalid entry of a manifest; `nil` when the manifest is valid.
  ///
  /// A manifest can come from an untrusted source. Code that has read a manifest relies on this check: sums
  /// of rows and of bytes do not overflow, arrays have rows, and files lie below the dump's folder.
  var contradiction: String? {
    guard (0...Self.maximumRows).contains(images.count), (0...images.count).contains(images.skipped) else {
      return "it speaks of \(images.count) images, of which \(images.skipped) were skipped"
    }
    if let shard, let problem = shard.contradiction(images: images.count, limit: Self.maximumRows) {
      return problem
    }
    for range in rowsDone ?? [] {
      guard range.count == 2, 0 <= range[0], range[0] < range[1], range[1] <= images.count else {
        return "rows \(range) of \(images.count) cannot be done"
      }
    }
    if let file = baselines?.first(where: { !Self.isBelow($0.file) }) {
      return "there can be no file \(file.file) in it"
    }
    if let extremes, let problem = contradiction(of: extremes) { return problem }
    var rowBytes = 0
    guard (head == .absent) == (logits == nil) else {
      return logits == nil ? "it has no logits, but a head" : "it has logits without a head"
    }
    for array in arrays {
      // The widest dtype has eight bytes per number.
      guard Self.isBelow(array.file), !array.shape.isEmpty, array.shape[0] >= 0,
        array.rowShape.first ?? 0 <= Self.maximumChannels,
        let count = Shape.checkedCount(of: array.rowShape), count <= Self.maximumRowCount,
        case let (sum, over) = rowBytes.addingReportingOverflow(8 * count), !over
      else { return "there can be no array of shape \(array.shape) in \(array.file)" }
      guard array.units?.allSatisfy({ 0 <= $0 && $0 < Self.maximumChannels }) ?? true else {
        return "there can be no such units in \(array.file)"
      }
      rowBytes = sum
    }
    let rows = max(images.count, shard?.imagesOfAll ?? 0, arrays.map { $0.shape[0] }.max() ?? 0)
    return rows.multipliedReportingOverflow(by: rowBytes).overflow
      ? "its arrays would have \(rows) rows of \(rowBytes) bytes" : nil
  }

  private func contradiction(of extremes: Extremes) -> String? {
    guard (1...Retention.greatestLimit).contains(extremes.limit) else {
      return
        "it speaks of \(extremes.limit) images from each end, which can be 1 to \(Retention.greatestLimit)"
    }
    let all = shard?.imagesOfAll ?? images.count
    guard all <= ExactMoments.limit else { return "extremes of \(all) images are more than it can count" }
    guard (0...all).contains(extremes.sample) else {
      return "a sample of \(extremes.sample) rows is more than there are"
    }
    guard layers.allSatisfy({ $0.rowShape.count == 1 }) else {
      return "only layers with one number for each unit and image have extremes"
    }
    return nil
  }

  /// Returns whether a path stays below the folder that it is relative to.
  private static func isBelow(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.utf8.contains(0) && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }
}

extension Manifest.ShardSummary {
  fileprivate func contradiction(images: Int, limit: Int) -> String? {
    guard let shard = try? Shard(index: index, count: count), (0...limit).contains(imagesOfAll),
      (0...limit).contains(firstRow), shard.rows(of: imagesOfAll) == firstRow..<firstRow + images
    else {
      return
        "shard \(index)/\(count) of \(imagesOfAll) images does not have \(images) from row \(firstRow) on"
    }
    return nil
  }
}
