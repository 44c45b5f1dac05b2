import Inference
import Recording
import Tensor
import Testing

struct RowSourceTests {
  /// Returns the numbers of a tap that encode their unit, token and position.
  private func row(_ shape: Shape, units: [Int]?) -> ([Float], Shape) {
    let source = RowSource(.tap(0), units: units, shape: shape)
    var row = [Float](repeating: -1, count: source.rowShape.count)
    row.withUnsafeMutableBufferPointer { destination in
      (0..<shape.count).map(Float.init).withUnsafeBufferPointer { source.copy(from: $0, into: destination) }
    }
    return (row, source.rowShape)
  }

  @Test("chosen units are columns of vectors, planes of maps and columns of every token")
  func chosenUnits() {
    #expect(row([4], units: [3, 0]) == ([3, 0], [2]))
    #expect(row([3, 2, 2], units: [2, 0]) == ([8, 9, 10, 11, 0, 1, 2, 3], [2, 2, 2]))
    #expect(row([2, 3], units: [2, 0]) == ([2, 0, 5, 3], [2, 2]))
    #expect(row([2, 3], units: nil) == ([0, 1, 2, 3, 4, 5], [2, 3]))
  }

  @Test("chunks are whole batches, several per worker, and bounded in bytes")
  func chunks() {
    #expect(ImagePass.chunkRows(images: 1_000_000, rowBytes: 1000, batchSize: 8, threads: 2) == 64)
    #expect(ImagePass.chunkRows(images: 64, rowBytes: 1000, batchSize: 8, threads: 2) == 8)
    #expect(ImagePass.chunkRows(images: 1, rowBytes: 1000, batchSize: 8, threads: 2) == 8)
    #expect(ImagePass.chunkRows(images: 1_000_000, rowBytes: 1 << 20, batchSize: 8, threads: 2) == 32)
    #expect(ImagePass.chunkRows(images: 1_000_000, rowBytes: 1 << 30, batchSize: 8, threads: 2) == 1)
  }
}
