import Dumps
import Images

/// Makes thumbnails: what the network saw of an image, small. One a worker.
final class Thumbnailer {
  /// The side, in pixels.
  private let size: Int
  private let decoder = ImageDecoder()
  private let preprocessor: Preprocessor
  private var pixels: [Float]

  /// Makes thumbnails of `size` × `size` pixels that show the crop the network saw.
  init(size: Int, of preprocessing: Manifest.PreprocessingSummary, pillow: PillowVersion) {
    self.size = size
    let resize = Double(max(preprocessing.resize, 1)) / Double(max(preprocessing.crop, 1))
    let shorter = Int((Double(size) * min(max(resize, 1), 8)).rounded())
    preprocessor = Preprocessor(
      Preprocessing(resize: shorter, filter: .bicubic, crop: size, normalization: .offset([0, 0, 0])),
      pillow: pillow)
    pixels = [Float](repeating: 0, count: 3 * size * size)
  }

  /// The bytes of an image's thumbnail.
  ///
  /// - Throws: `ImageError` if the image cannot be read.
  func thumbnail(of location: ImageLocation) throws(ImageError) -> [UInt8] {
    let image = try decoder.decode(contentsOf: location)
    pixels.withUnsafeMutableBufferPointer { preprocessor.apply(to: image, layout: .channelsLast, into: $0) }
    // Whole numbers from 0 to 255: nothing was done to the pixels after resizing.
    return try RGBImage(width: size, height: size, rgb: pixels.map { UInt8($0) }).jpeg(
      quality: 85, name: location.name)
  }
}
