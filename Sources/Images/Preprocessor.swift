private import CImageCodecs

/// Converts images to a network's input, bit for bit as Pillow and torchvision do.
///
/// Only the pixels that the crop keeps are computed, with the same values as when the whole image is resized.
/// Buffers are reused: use one preprocessor per thread.
package final class Preprocessor {
  /// The order of the elements of an input.
  package enum Layout: Hashable, Sendable {
    /// Channels × height × width, as in PyTorch.
    case channelsFirst
    /// Height × width × channels, as in the inference engine.
    case channelsLast
  }

  /// The preprocessing that is applied.
  package let preprocessing: Preprocessing

  private let resampler: CropResampler
  /// The normalised value of every 8-bit value: [channel][8-bit value].
  private let table: UnsafeMutablePointer<Float>

  /// Creates a preprocessor for the best instruction set of this processor.
  ///
  /// - Parameters:
  ///   - preprocessing: The preprocessing to apply.
  ///   - pillow: The Pillow version to reproduce.
  package convenience init(_ preprocessing: Preprocessing, pillow: PillowVersion = .standard) {
    let available = Resampler.available
    self.init(preprocessing, pillow: pillow, resampler: available[available.count - 1])
  }

  package init(_ preprocessing: Preprocessing, pillow: PillowVersion = .standard, resampler: Resampler) {
    precondition(
      preprocessing.resize > 0 && preprocessing.crop > 0, "resize and crop must be positive")
    self.preprocessing = preprocessing
    self.resampler = CropResampler(resampler, pillow: pillow)
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
  ///   - output: The destination.
  /// - Precondition: `output` holds 3 × crop × crop elements.
  package func apply(to image: RGBImage, layout: Layout, into output: UnsafeMutableBufferPointer<Float>) {
    image.withRGBX { pixels in
      apply(
        width: image.width, height: image.height, rows: { pixels + 4 * image.width * $0.lowerBound },
        layout: layout, into: output)
    }
  }

  /// Writes the input for one image whose rows are read in order: see
  /// ``CropResampler/apply(width:height:horizontal:vertical:filter:rows:_:)``.
  ///
  /// - Throws: The error that `rows` throws. The output is then undefined.
  func apply<E: Error>(
    width: Int, height: Int, rows: (Range<Int>) throws(E) -> UnsafePointer<UInt8>, layout: Layout,
    into output: UnsafeMutableBufferPointer<Float>
  ) throws(E) {
    let crop = preprocessing.crop
    precondition(output.count == 3 * crop * crop, "\(output.count) elements for 3×\(crop)×\(crop)")
    guard let out = output.baseAddress else { return }

    let (horizontal, vertical) = CroppedAxis.axes(
      width: width, height: height, resize: preprocessing.resize, crop: crop)
    if horizontal.kept.count < crop || vertical.kept.count < crop { pad(out, layout) }
    let kept = horizontal.kept.count
    try resampler.apply(
      width: width, height: height, horizontal: horizontal, vertical: vertical, filter: preprocessing.filter,
      rows: rows
    ) { y, row in
      let position = (vertical.padding + y) * crop + horizontal.padding
      write(row, count: kept, to: out, at: position, layout)
    }
  }

  /// Writes one row of RGBX pixels, beginning at a position of the crop.
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
  /// Returns the normalised value of an 8-bit value, in PyTorch's single-precision arithmetic.
  fileprivate func value(of byte: UInt8, channel: Int) -> Float {
    let x = Float(byte)
    switch self {
    case .standardized(let mean, let deviation): return (x / 255 - mean[channel]) / deviation[channel]
    case .rescaledOffset(let offset): return x / 255 * 255 - offset[channel]
    case .offset(let offset): return x - offset[channel]
    }
  }
}
