import Layers
import Tensor

/// The rows of one chunk from one source, gathered by one worker, so that a file takes one write a chunk: a file a layer
/// makes hundreds of files, and a write an image to each would be millions of system calls.
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

  /// The numbers of some rows, rows × numbers.
  func values(in rows: Range<Int>) -> UnsafeBufferPointer<Float> {
    let start = (rows.lowerBound - firstRow) * width
    return UnsafeBufferPointer(rebasing: floats[start..<start + rows.count * width])
  }

  private subscript(row: Int) -> UnsafeMutableBufferPointer<Float> {
    let start = (row - firstRow) * width
    return UnsafeMutableBufferPointer(rebasing: floats[start..<start + width])
  }
}
