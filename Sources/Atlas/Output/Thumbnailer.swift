import Dumps
import Images

/// Makes thumbnails: small pictures of the crop that the network saw. Each worker has its own thumbnailer.
final class Thumbnailer {
  /// The side of a thumbnail, in pixels.
  private let size: Int
  private let decoder = ImageDecoder()
  private let preprocessor: Preprocessor
  private var pixels: [Float]

  /// Creates a thumbnailer for thumbnails of `size` × `size` pixels that show the crop the network saw.
  init(size: Int, of preprocessing: Manifest.PreprocessingSummary, pillow: PillowVersion) {
    self.size = size
    let resize = Double(max(preprocessing.resize, 1)) / Double(max(preprocessing.crop, 1))
    let shorter = Int((Double(size) * min(max(resize, 1), 8)).rounded())
    preprocessor = Preprocessor(
      Preprocessing(resize: shorter, filter: .bicubic, crop: size, normalization: .offset([0, 0, 0])),
      pillow: pillow)
    pixels = [Float](repeating: 0, count: 3 * size * size)
  }

  /// Returns the bytes of an image's thumbnail.
  ///
  /// - Throws: `ImageError` if the image cannot be read.
  func thumbnail(of location: ImageLocation) throws(ImageError) -> [UInt8] {
    let image = try decoder.decode(contentsOf: location)
    pixels.withUnsafeMutableBufferPointer { preprocessor.apply(to: image, layout: .channelsLast, into: $0) }
    // The values are whole numbers from 0 to 255, because the pixels were not changed after resizing.
    return try RGBImage(width: size, height: size, rgb: pixels.map { UInt8($0) }).jpeg(
      quality: 85, name: location.name)
  }
}
