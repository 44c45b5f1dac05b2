import Layers
import Tensor

/// The rows of one chunk from one source, collected by one worker, so that each file takes one write per
/// chunk. With a file per layer there are hundreds of files, and one write per image to each would take
/// millions of system calls.
final class RowBuffer {
  private let source: RowSource
  private let floats: UnsafeMutableBufferPointer<Float>
  private var firstRow = 0
  private var width: Int { source.rowShape.count }

  init(_ source: RowSource, chunkRows: Int) {
    self.source = source
    floats = .allocate(capacity: max(source.rowShape.count * chunkRows, 1))
  }

  deinit { floats.deallocate() }

  func begin(_ rows: Range<Int>) { firstRow = rows.lowerBound }

  func record(row: Int, from workspace: Workspace, at place: Int) {
    source.copy(from: workspace, at: place, into: self[row])
  }

  /// Fills a row with NaN.
  func skip(row: Int) { self[row].update(repeating: .nan) }

  /// Returns the numbers of some rows, rows × numbers.
  func values(in rows: Range<Int>) -> UnsafeBufferPointer<Float> {
    let start = (rows.lowerBound - firstRow) * width
    return UnsafeBufferPointer(rebasing: floats[start..<start + rows.count * width])
  }

  private subscript(row: Int) -> UnsafeMutableBufferPointer<Float> {
    let start = (row - firstRow) * width
    return UnsafeMutableBufferPointer(rebasing: floats[start..<start + width])
  }
}
