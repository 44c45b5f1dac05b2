import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

/// A tensor as Python reads it from the same file, from `Tests/Fixtures/checkpoints/expected.json`.
struct ExpectedTensor: Decodable {
  let name: String
  let extents: [Int]
  let type: String
  /// The bit patterns of the elements as `float32`.
  let bits: [UInt32]
}

/// The files in `Tests/Fixtures/checkpoints`.
enum Fixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/checkpoints")

  static func path(_ file: String) -> String { folder.appending(path: file).path }

  static func expected() throws -> [String: [ExpectedTensor]] {
    try JSONDecoder().decode(
      [String: [ExpectedTensor]].self, from: Data(contentsOf: folder.appending(path: "expected.json")))
  }

  /// Every file with its format.
  static let formats: [(file: String, format: Checkpoint.Format)] = [
    ("dense.safetensors", .safetensors),
    ("strided-zip.pth", .torchZip), ("protocol4-zip.pth", .torchZip), ("deflated-zip.pth", .torchZip),
    ("zip64.pth", .torchZip), ("big-endian-zip.pth", .torchZip), ("training.pth", .torchZip),
    ("nested.pth", .torchZip), ("module-zip.pth", .torchZip), ("robustness.ckpt", .torchZip),
    ("strided-legacy.pth", .torchLegacy), ("module-legacy.pth", .torchLegacy),
    ("robustness-legacy.ckpt", .torchLegacy), ("script.pt", .torchScript),
    ("stored.npz", .npz), ("deflated.npz", .npz),
    ("arrays-protocol0.pkl", .numpyPickle), ("arrays-protocol1.pkl", .numpyPickle),
    ("arrays-protocol2.pkl", .numpyPickle), ("arrays-protocol3.pkl", .numpyPickle),
    ("arrays-protocol4.pkl", .numpyPickle), ("arrays-protocol5.pkl", .numpyPickle),
    ("keras.pkl", .numpyPickle),
  ]
}

extension Tensor {
  /// The bit patterns of the elements, to compare NaN and signed zeros.
  var bits: [UInt32] { elements.map(\.bitPattern) }
}

/// Opens bytes as a checkpoint and returns the error, which must name the file, without the name.
func openingFault(_ bytes: some Sequence<UInt8>) throws -> String {
  let folder = try TemporaryFolder()
  let path = try folder.write(bytes, to: "file")
  let error = #expect(throws: Failure.self) { try Checkpoint.open(path) }
  let fault = try #require(error)
  #expect(fault.kind == .badData)
  #expect(fault.description == "\(path): \(fault.reason)")
  return fault.reason.description
}

extension TemporaryFolder {
  /// The sorted names of the files in the folder.
  var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? [] }
}
