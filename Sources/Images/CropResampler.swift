private import CImageCodecs

/// Resizes the part of an image that a centre crop keeps, as Pillow resizes the whole: rows of four-byte pixels.
///
/// All four bytes of a pixel are resampled alike. Buffers are reused: make one a worker.
final class CropResampler {
  private let resampler: Resampler
  private var columns = ResamplingWeights()
  private var rows = ResamplingWeights()
  /// The weights of `columns` as the resampler wants them.
  private var packed: [Int32] = []
  private var scratch = ScratchBuffer()

  init(_ resampler: Resampler) { self.resampler = resampler }

  /// Computes the kept rows of an image that is in memory: `width` × `height` pixels of four bytes, and `IC_SLACK`
  /// readable bytes behind them. See ``apply(width:height:horizontal:vertical:filter:rows:_:)``.
  func apply(
    to pixels: UnsafePointer<UInt8>, width: Int, height: Int, horizontal: CroppedAxis, vertical: CroppedAxis,
    filter: Preprocessing.Filter, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) {
    apply(
      width: width, height: height, horizontal: horizontal, vertical: vertical, filter: filter,
      rows: { pixels + 4 * width * $0 }, body)
  }

  /// Computes the kept rows one after the other.
  ///
  /// - Parameters:
  ///   - width: Pixels in a row.
  ///   - height: Rows.
  ///   - horizontal: What is kept of each row.
  ///   - vertical: Which rows are kept.
  ///   - filter: The interpolation.
  ///   - source: Gives rows of the image by their numbers, which ascend: `width` pixels of four bytes, with `IC_SLACK`
  ///     readable bytes behind them.
  ///   - body: Takes the number of a kept row, from 0, and its kept pixels.
  /// - Throws: What `source` throws.
  func apply<E: Error>(
    width: Int, height: Int, horizontal: CroppedAxis, vertical: CroppedAxis, filter: Preprocessing.Filter,
    rows source: (Int) throws(E) -> UnsafePointer<UInt8>, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) throws(E) {
    let changed = columns.compute(
      inputSize: width, outputSize: horizontal.resized, outputs: horizontal.kept, filter: filter,
      wholeStrides: true)
    if changed { packColumns(count: horizontal.kept.count) }
    _ = rows.compute(
      inputSize: height, outputSize: vertical.resized, outputs: vertical.kept, filter: filter,
      wholeStrides: false)

    // The horizontal pass comes first and covers the rows that the vertical one reads.
    let kept = horizontal.kept.count
    let needed = rows.inputs
    let slack = Int(IC_SLACK)
    let lastRow = 4 * kept * needed.count + slack
    guard
      let narrow = scratch.reserve(lastRow + 4 * kept + slack).baseAddress?.assumingMemoryBound(
        to: UInt8.self)
    else { return }
    for (index, y) in needed.enumerated() {
      resampler.passes.pointee.horizontal(
        try source(y), kept, columns.first, packed, columns.stride, narrow + 4 * kept * index)
    }

    let row = narrow + lastRow
    for y in 0..<vertical.kept.count {
      let first = Int(rows.first[y])
      rows.weights.withUnsafeBufferPointer { weights in
        guard let weights = weights.baseAddress else { return }
        resampler.passes.pointee.vertical(
          narrow + 4 * kept * (first - needed.lowerBound), 4 * kept, 4 * kept, weights + y * rows.stride,
          min(rows.stride, needed.upperBound - first), row)  // no tap lies behind the last needed row
      }
      body(y, row)
    }
  }

  private func packColumns(count: Int) {
    let size = resampler.passes.pointee.packed_size(count, columns.stride)
    if packed.count < size { packed = [Int32](repeating: 0, count: size) }
    resampler.passes.pointee.pack(columns.weights, count, columns.stride, &packed)
  }
}
