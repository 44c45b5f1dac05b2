private import CImageCodecs

/// Turns images into a network's input, bit for bit as Pillow and torchvision do.
///
/// Only the pixels that the crop keeps are computed, which gives the same values as resizing the whole image. Buffers
/// are reused: make one preprocessor a worker.
public final class Preprocessor {
  /// The order of the elements of an input.
  public enum Layout: Hashable, Sendable {
    /// Channels × height × width, PyTorch's.
    case channelsFirst
    /// Height × width × channels, the engine's.
    case channelsLast
  }

  /// What is computed.
  public let preprocessing: Preprocessing

  private let resampler: Resampler
  /// Every value an input can have: [channel][8-bit value].
  private let table: UnsafeMutablePointer<Float>
  private var columns = ResamplingWeights()
  private var rows = ResamplingWeights()
  /// The weights of `columns` as the resampler wants them.
  private var packed: [Int32] = []
  private var scratch = ScratchBuffer()

  /// Creates a preprocessor that uses the best instructions of this processor.
  public convenience init(_ preprocessing: Preprocessing) {
    let available = Resampler.available
    self.init(preprocessing, resampler: available[available.count - 1])
  }

  package init(_ preprocessing: Preprocessing, resampler: Resampler) {
    precondition(
      preprocessing.resize > 0 && preprocessing.crop > 0, "resize and crop must be positive")
    self.preprocessing = preprocessing
    self.resampler = resampler
    table = .allocate(capacity: 3 * 256)
    for channel in 0..<3 {
      for value in 0..<256 {
        (table + 256 * channel + value).initialize(
          to: preprocessing.normalization.value(of: UInt8(value), channel: channel))
      }
    }
  }
  deinit { table.deallocate() }

  /// Writes the input for one image.
  ///
  /// - Parameters:
  ///   - image: The image.
  ///   - layout: The order of the elements.
  ///   - output: 3 × crop × crop elements.
  /// - Precondition: `output` holds 3 × crop × crop elements.
  public func apply(to image: RGBImage, layout: Layout, into output: UnsafeMutableBufferPointer<Float>) {
    let crop = preprocessing.crop
    precondition(output.count == 3 * crop * crop, "\(output.count) elements for 3×\(crop)×\(crop)")
    guard let out = output.baseAddress else { return }

    let (horizontal, vertical) = CroppedAxis.axes(
      width: image.width, height: image.height, resize: preprocessing.resize, crop: crop)
    if horizontal.kept.count < crop || vertical.kept.count < crop { pad(out, layout) }
    let changed = columns.compute(
      inputSize: image.width, outputSize: horizontal.resized, outputs: horizontal.kept,
      filter: preprocessing.filter, wholeStrides: true)
    if changed { packColumns(count: horizontal.kept.count) }
    _ = rows.compute(
      inputSize: image.height, outputSize: vertical.resized, outputs: vertical.kept,
      filter: preprocessing.filter, wholeStrides: false)

    // The horizontal pass comes first and covers the rows that the vertical one reads.
    let kept = horizontal.kept.count
    let needed = rows.inputs
    let slack = Int(IC_SLACK)
    let lastRow = 4 * kept * needed.count + slack
    guard
      let narrow = scratch.reserve(lastRow + 4 * kept + slack).baseAddress?.assumingMemoryBound(
        to: UInt8.self)
    else { return }
    image.withRGBX { pixels in
      for (index, y) in needed.enumerated() {
        resampler.passes.pointee.horizontal(
          pixels + 4 * image.width * y, kept, columns.first, packed, columns.stride,
          narrow + 4 * kept * index)
      }
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
      let position = (vertical.padding + y) * crop + horizontal.padding
      write(row, count: kept, to: out, at: position, layout)
    }
  }

  private func packColumns(count: Int) {
    let size = resampler.passes.pointee.packed_size(count, columns.stride)
    if packed.count < size { packed = [Int32](repeating: 0, count: size) }
    resampler.passes.pointee.pack(columns.weights, count, columns.stride, &packed)
  }

  /// Writes one row of RGBX pixels, from a position of the crop on.
  private func write(
    _ row: UnsafePointer<UInt8>, count: Int, to out: UnsafeMutablePointer<Float>, at position: Int,
    _ layout: Layout
  ) {
    let reversed = preprocessing.channelOrder == .bgr
    switch layout {
    case .channelsFirst:
      let plane = preprocessing.crop * preprocessing.crop
      ic_lookup(row, count, table, reversed, out + position, 1, plane)
    case .channelsLast:
      ic_lookup(row, count, table, reversed, out + 3 * position, 3, 1)
    }
  }

  /// Fills the output with black pixels.
  private func pad(_ out: UnsafeMutablePointer<Float>, _ layout: Layout) {
    let plane = preprocessing.crop * preprocessing.crop
    for channel in 0..<3 {
      for position in 0..<plane {
        out[layout == .channelsFirst ? channel * plane + position : 3 * position + channel] =
          table[256 * channel]
      }
    }
  }
}

extension Preprocessing.Normalization {
  /// What an 8-bit value becomes, in PyTorch's single-precision arithmetic.
  fileprivate func value(of byte: UInt8, channel: Int) -> Float {
    let x = Float(byte)
    switch self {
    case .standardized(let mean, let deviation): return (x / 255 - mean[channel]) / deviation[channel]
    case .rescaledOffset(let offset): return x / 255 * 255 - offset[channel]
    case .offset(let offset): return x - offset[channel]
    }
  }
}
