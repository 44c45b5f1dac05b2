/// Resizes 16-bit gray in double precision, then converts it to 8 bits, as Pillow does both. Values above 255
/// become 255.
struct Gray16Resampling {
  /// Big-endian 16-bit numbers. Each pixel has four bytes, of which the last two are not used.
  private let pixels: UnsafePointer<UInt8>
  private let width: Int
  private let columns: Axis, rows: Axis

  /// One axis, and the range of outputs to compute.
  private struct Axis {
    let kernel: ResamplingKernel
    let kept: Range<Int>

    init(inputs: Int, _ axis: CroppedAxis) {
      kernel = ResamplingKernel(inputSize: inputs, outputSize: axis.resized, filter: .bilinear)
      kept = axis.kept
    }

    /// The range of inputs that the outputs need.
    var inputs: Range<Int> {
      kernel.inputs(of: kept.lowerBound).lowerBound..<kernel.inputs(of: kept.upperBound - 1).upperBound
    }

    /// Resamples each of `lines` along the axis. `sample` and `write` take a line and a position on the line,
    /// from 0.
    func resample(
      lines: Int, sample: (_ line: Int, _ input: Int) -> Double,
      write: (_ line: Int, _ output: Int, _ value: Double) -> Void
    ) {
      var taps: [Double] = []
      for (position, output) in kept.enumerated() {
        let inputs = kernel.taps(of: output, into: &taps)
        for line in 0..<lines {
          var sum = 0.0
          for (input, tap) in zip(inputs, taps) { sum += sample(line, input) * tap }
          write(line, position, (sum + 0.5).rounded(.down))
        }
      }
    }
  }

  /// Resizes the kept part of an image of `width` × `height` pixels, bilinearly.
  init(
    pixels: UnsafePointer<UInt8>, width: Int, height: Int, _ columns: CroppedAxis, _ rows: CroppedAxis
  ) {
    (self.pixels, self.width) = (pixels, width)
    (self.columns, self.rows) = (Axis(inputs: width, columns), Axis(inputs: height, rows))
  }

  /// Writes the kept pixels, each as four equal bytes, without gaps between rows.
  func write(to out: UnsafeMutablePointer<UInt8>, verticalFirst: Bool) {
    let crop = columns.kept.count
    func finish(_ y: Int, _ x: Int, _ value: Double) {
      (out + 4 * (crop * y + x)).update(repeating: UInt8(min(max(value, 0), 255)), count: 4)
    }
    func sample(_ y: Int, _ x: Int) -> Double {
      let at = pixels + 4 * width * y + 2 * x
      return Double(UInt16(at[0]) << 8 | UInt16(at[1]))
    }
    if verticalFirst {
      let needed = columns.inputs
      var between = [Double](repeating: 0, count: needed.count * rows.kept.count)
      rows.resample(
        lines: needed.count, sample: { sample($1, needed.lowerBound + $0) },
        write: { x, y, value in between[needed.count * y + x] = value })
      columns.resample(
        lines: rows.kept.count, sample: { y, x in between[needed.count * y + x - needed.lowerBound] },
        write: finish)
    } else {
      let needed = rows.inputs
      var between = [Double](repeating: 0, count: crop * needed.count)
      columns.resample(
        lines: needed.count, sample: { sample(needed.lowerBound + $0, $1) },
        write: { y, x, value in between[crop * y + x] = value })
      rows.resample(
        lines: crop, sample: { x, y in between[crop * (y - needed.lowerBound) + x] },
        write: { x, y, value in finish(y, x, value) })
    }
  }
}
