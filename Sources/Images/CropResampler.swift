private import CImageCodecs

/// Resizes only the part of an image that a centre crop keeps, with the same values as Pillow's resize of the
/// whole image. Rows have four bytes per pixel.
///
/// The four bytes of a pixel are resampled in the same way. Buffers are reused: use one resampler per thread.
final class CropResampler {
  private let resampler: Resampler
  /// The Pillow version, which determines the order of the two passes.
  let pillow: PillowVersion
  private var columns = ResamplingWeights()
  private var rows = ResamplingWeights()
  /// The weights of `columns` in the layout of the C resampler.
  private var packed: [Int32] = []
  private var scratch = ScratchBuffer()

  init(_ resampler: Resampler, pillow: PillowVersion) { (self.resampler, self.pillow) = (resampler, pillow) }

  /// Computes the kept rows of an image in memory: `width` × `height` pixels of four bytes, followed by
  /// `IC_SLACK` readable bytes. See ``apply(width:height:horizontal:vertical:filter:rows:_:)``.
  func apply(
    to pixels: UnsafePointer<UInt8>, width: Int, height: Int, horizontal: CroppedAxis, vertical: CroppedAxis,
    filter: Preprocessing.Filter, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) {
    apply(
      width: width, height: height, horizontal: horizontal, vertical: vertical, filter: filter,
      rows: { pixels + 4 * width * $0.lowerBound }, body)
  }

  /// Computes the kept rows in order.
  ///
  /// - Parameters:
  ///   - width: The number of pixels in a row.
  ///   - height: The number of rows.
  ///   - horizontal: The columns to keep.
  ///   - vertical: The rows to keep.
  ///   - filter: The interpolation.
  ///   - source: Returns a range of rows, stored contiguously: `width` pixels of four bytes each, followed by
  ///     `IC_SLACK` readable bytes. No range begins above the previous range.
  ///   - body: Receives the index of a kept row, from 0, and its kept pixels.
  /// - Throws: The error that `source` throws.
  func apply<E: Error>(
    width: Int, height: Int, horizontal: CroppedAxis, vertical: CroppedAxis, filter: Preprocessing.Filter,
    rows source: (Range<Int>) throws(E) -> UnsafePointer<UInt8>, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) throws(E) {
    let changed = columns.compute(
      inputSize: width, outputSize: horizontal.resized, outputs: horizontal.kept, filter: filter,
      wholeStrides: true)
    if changed { packColumns(count: horizontal.kept.count) }
    _ = rows.compute(
      inputSize: height, outputSize: vertical.resized, outputs: vertical.kept, filter: filter,
      wholeStrides: false)
    let isVerticalFirst = pillow.resizesVerticallyFirst(
      width: width, height: height, newWidth: horizontal.resized, newHeight: vertical.resized)
    if isVerticalFirst {
      try verticalFirst(width: width, horizontal.kept.count, vertical.kept.count, source, body)
    } else {
      try horizontalFirst(horizontal.kept.count, vertical.kept.count, source, body)
    }
  }

  /// Resizes horizontally, then vertically. The horizontal pass covers only the rows that the vertical pass
  /// reads.
  private func horizontalFirst<E: Error>(
    _ keptColumns: Int, _ keptRows: Int, _ source: (Range<Int>) throws(E) -> UnsafePointer<UInt8>,
    _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) throws(E) {
    let (rowBytes, needed) = (4 * keptColumns, rows.inputs)
    let lastRow = rowBytes * needed.count + Int(IC_SLACK)
    guard let narrow = reserve(lastRow + rowBytes + Int(IC_SLACK)) else { return }
    for (index, y) in needed.enumerated() {
      resampler.passes.pointee.horizontal(
        try source(y..<y + 1), keptColumns, columns.first, packed, columns.stride, narrow + rowBytes * index)
    }
    let row = narrow + lastRow
    for y in 0..<keptRows {
      addRows(narrow + rowBytes * (rows.first(y) - needed.lowerBound), rowBytes, rowBytes, into: row, y)
      body(y, row)
    }
  }

  /// Resizes vertically, then horizontally. The vertical pass covers only the columns that the horizontal
  /// pass reads.
  private func verticalFirst<E: Error>(
    width: Int, _ keptColumns: Int, _ keptRows: Int,
    _ source: (Range<Int>) throws(E) -> UnsafePointer<UInt8>, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) throws(E) {
    let (rowBytes, needed) = (4 * width, columns.readInputs(of: width))
    let kept = rowBytes + Int(IC_SLACK)
    guard let wide = reserve(kept + 4 * keptColumns + Int(IC_SLACK)) else { return }
    for y in 0..<keptRows {
      let first = rows.first(y)
      let pixels = try source(first..<first + rows.taps(y))
      addRows(
        pixels + 4 * needed.lowerBound, rowBytes, 4 * needed.count, into: wide + 4 * needed.lowerBound, y)
      resampler.passes.pointee.horizontal(
        wide, keptColumns, columns.first, packed, columns.stride, wide + kept)
      body(y, wide + kept)
    }
  }

  /// Computes one row of the vertical pass: `count` bytes of each of the rows that begin with `first`.
  private func addRows(
    _ first: UnsafePointer<UInt8>, _ rowBytes: Int, _ count: Int, into out: UnsafeMutablePointer<UInt8>,
    _ output: Int
  ) {
    rows.weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      resampler.passes.pointee.vertical(
        first, rowBytes, count, weights + output * rows.stride, rows.taps(output), out)
    }
  }

  private func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
    scratch.reserve(count).baseAddress?.assumingMemoryBound(to: UInt8.self)
  }

  private func packColumns(count: Int) {
    let size = resampler.passes.pointee.packed_size(count, columns.stride)
    if packed.count < size { packed = [Int32](repeating: 0, count: size) }
    resampler.passes.pointee.pack(columns.weights, count, columns.stride, &packed)
  }
}
