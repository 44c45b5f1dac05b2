internal import CImageCodecs

/// An image with its pixels as stored in the file, not yet converted to RGB.
struct StoredImage {
  /// The pixels: two bytes each for 16-bit gray, four bytes otherwise.
  let pixels: RGBImage
  /// The meaning of the bytes.
  let kind: ic_stored
}

/// Makes the picture of an image that people are shown: resized, cropped, and only then converted to RGB, bit
/// for bit as Pillow and torchvision do it.
///
/// The result differs from resizing the RGB image for some file contents: palette indices and single bits are
/// not interpolated, colours are weighted by alpha, and CMYK and 16-bit gray are interpolated before
/// conversion. Buffers are reused: use one transform per thread.
package final class DisplayTransform {
  /// The shorter side after resizing.
  package let resize: Int
  /// The height and width of the picture.
  package let crop: Int

  private let decoder = ImageDecoder()
  private let resampler: CropResampler
  /// The Pillow version whose pictures are reproduced.
  package var pillow: PillowVersion { resampler.pillow }
  private var premultiplied = ScratchBuffer()

  /// Creates the transform of the study: shorter side to 256 (bilinear), centre crop of 224.
  ///
  /// - Parameters:
  ///   - resize: The shorter side after resizing.
  ///   - crop: The height and width of the picture.
  ///   - pillow: The Pillow version to reproduce.
  /// - Precondition: The crop is not larger than the shorter side.
  package convenience init(resize: Int = 256, crop: Int = 224, pillow: PillowVersion = .standard) {
    let available = Resampler.available
    self.init(resize: resize, crop: crop, pillow: pillow, resampler: available[available.count - 1])
  }

  package init(resize: Int, crop: Int, pillow: PillowVersion = .standard, resampler: Resampler) {
    precondition(crop > 0 && crop <= resize, "a crop of \(crop) out of \(resize)")
    (self.resize, self.crop) = (resize, crop)
    self.resampler = CropResampler(resampler, pillow: pillow)
  }

  /// Returns the picture of a file.
  ///
  /// - Throws: `ImageError` under the conditions of ``ImageDecoder/decode(contentsOf:)``.
  package func picture(of path: String) throws(ImageError) -> RGBImage {
    try picture(at: ImageLocation(path: path))
  }

  /// Returns the picture of a file, or of an image in an archive.
  ///
  /// - Throws: `ImageError` under the conditions of ``ImageDecoder/decode(contentsOf:)``.
  package func picture(at location: ImageLocation) throws(ImageError) -> RGBImage {
    picture(of: try decoder.decodeStored(contentsOf: location))
  }

  /// Returns the picture of an image file in memory. Errors call the image `name`.
  ///
  /// - Throws: `ImageError` under the conditions of ``ImageDecoder/decode(_:name:)``.
  package func picture(of bytes: UnsafeRawBufferPointer, name: String) throws(ImageError) -> RGBImage {
    picture(of: try decoder.decodeStored(bytes, name: name))
  }

  private func picture(of image: StoredImage) -> RGBImage {
    let (width, height) = (image.pixels.width, image.pixels.height)
    let axes = CroppedAxis.axes(width: width, height: height, resize: resize, crop: crop)
    let (columns, rows) = (axes.horizontal, axes.vertical)
    let storage = PixelStorage(pixels: crop * crop)
    let keepsSize = columns.resized == width && rows.resized == height
    image.pixels.withRGBX { pixels in
      switch image.kind {
      case IC_STORED_GRAY16:
        let gray = Gray16Resampling(pixels: pixels, width: width, height: height, columns, rows)
        gray.write(to: storage.bytes, verticalFirst: isVerticalFirst(width, height, columns, rows))
      case IC_STORED_INDEXED:
        copyNearest(pixels, width: width, height: height, columns, rows, to: storage.bytes)
      case IC_STORED_RGBA where !keepsSize:
        let premultiplied = premultiply(pixels, count: width * height)
        resample(premultiplied, width: width, height: height, columns, rows, to: storage.bytes)
        storage.bytes.divideByAlpha(count: crop * crop)
      default:
        resample(pixels, width: width, height: height, columns, rows, to: storage.bytes)
        if image.kind == IC_STORED_CMYK { storage.bytes.convertFromInks(count: crop * crop) }
      }
    }
    for pixel in 0..<crop * crop { storage.bytes[4 * pixel + 3] = 255 }
    return RGBImage(width: crop, height: crop, storage: storage)
  }

  private func isVerticalFirst(_ width: Int, _ height: Int, _ columns: CroppedAxis, _ rows: CroppedAxis)
    -> Bool
  {
    pillow.resizesVerticallyFirst(
      width: width, height: height, newWidth: columns.resized, newHeight: rows.resized)
  }

  private func resample(
    _ pixels: UnsafePointer<UInt8>, width: Int, height: Int, _ columns: CroppedAxis, _ rows: CroppedAxis,
    to out: UnsafeMutablePointer<UInt8>
  ) {
    resampler.apply(
      to: pixels, width: width, height: height, horizontal: columns, vertical: rows, filter: .bilinear
    ) { [crop] y, row in
      (out + 4 * crop * y).update(from: row, count: 4 * crop)
    }
  }

  /// Resizes by the nearest pixel, as Pillow does for palette indices and single bits whatever the filter.
  /// Positions are accumulated as in Pillow's `ImagingScaleAffine`.
  private func copyNearest(
    _ pixels: UnsafePointer<UInt8>, width: Int, height: Int, _ columns: CroppedAxis, _ rows: CroppedAxis,
    to out: UnsafeMutablePointer<UInt8>
  ) {
    let xs = nearest(inputs: width, axis: columns)
    for (y, inputY) in nearest(inputs: height, axis: rows).enumerated() {
      for (x, inputX) in xs.enumerated() {
        (out + 4 * (crop * y + x)).update(from: pixels + 4 * (width * inputY + inputX), count: 4)
      }
    }
  }

  private func nearest(inputs: Int, axis: CroppedAxis) -> [Int] {
    let step = Double(Float(inputs)) / Double(axis.resized)
    var position = step * 0.5
    var kept: [Int] = []
    for output in 0..<axis.kept.upperBound {
      if output >= axis.kept.lowerBound { kept.append(min(Int(position), inputs - 1)) }
      position += step
    }
    return kept
  }

  /// Multiplies colours by alpha: Pillow's conversion of `RGBA` to `RGBa`.
  private func premultiply(_ pixels: UnsafePointer<UInt8>, count: Int) -> UnsafePointer<UInt8> {
    let slack = Int(IC_SLACK)
    let out = premultiplied.reserve(4 * count + slack).assumingMemoryBound(to: UInt8.self)
    guard let base = out.baseAddress else { return pixels }
    for pixel in 0..<count {
      let alpha = Int(pixels[4 * pixel + 3])
      for colour in 0..<3 {
        base[4 * pixel + colour] = UInt8(truncatingIfNeeded: scaled(Int(pixels[4 * pixel + colour]), alpha))
      }
      base[4 * pixel + 3] = UInt8(alpha)
    }
    (base + 4 * count).update(repeating: 0, count: slack)
    return UnsafePointer(base)
  }
}

/// Returns a * b / 255, rounded: Pillow's `MULDIV255`.
private func scaled(_ a: Int, _ b: Int) -> Int {
  let product = a * b + 128
  return (product >> 8 + product) >> 8
}

extension UnsafeMutablePointer<UInt8> {
  /// Divides colours by alpha: Pillow's conversion of `RGBa` to `RGBA`.
  fileprivate func divideByAlpha(count: Int) {
    for pixel in 0..<count {
      let alpha = Int(self[4 * pixel + 3])
      if alpha == 0 || alpha == 255 { continue }
      for colour in 0..<3 {
        self[4 * pixel + colour] = UInt8(min(255 * Int(self[4 * pixel + colour]) / alpha, 255))
      }
    }
  }

  /// Converts CMYK to RGB, like Pillow.
  fileprivate func convertFromInks(count: Int) {
    for pixel in 0..<count {
      let white = 255 - Int(self[4 * pixel + 3])
      for colour in 0..<3 {
        let ink = scaled(Int(self[4 * pixel + colour]), white)
        self[4 * pixel + colour] = UInt8(min(max(white - ink, 0), 255))
      }
    }
  }
}
