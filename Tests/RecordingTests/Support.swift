import Datasets
import Foundation
import Inference
import Machine
import Models
import Recording
import TestSupport
import Units

func sha256(_ data: Data) -> String { data.withUnsafeBytes { SHA256.hexDigest(of: $0) } }

/// Creates folders of small images, named by synset, with two images per folder.
func imageFolder(count: Int, in folder: TemporaryFolder) throws -> String {
  for index in 0..<count {
    let image = PNG.photograph(width: 40 + index % 5, height: 50 - index % 7, seed: UInt64(index))
    try folder.write(image, to: "images/\(ImageNet.synsets[index / 2])/\(index).png")
  }
  return folder("images")
}

/// Returns the numbers of a `.npy` file of float32.
func floats(_ data: Data) -> [Float] {
  let start = 10 + Int(data[8]) + Int(data[9]) << 8
  return stride(from: start, to: data.count, by: 4).map { offset in
    Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[offset + $1]) << (8 * $1) })
  }
}

extension DumpRequest {
  /// Returns a request for three layers of SqueezeNet with generated weights.
  static func squeezeNet(
    images: String, output: String, layers: [LayerUnits]? = nil
  ) throws -> DumpRequest {
    DumpRequest(
      model: try Model.named("squeezenet1_1"), weights: .seeded(1), images: images, output: output,
      layers: layers
        ?? ["features.3.squeeze", "features.4.expand3x3", "classifier.1"].map { LayerUnits(layer: $0) })
  }
}
