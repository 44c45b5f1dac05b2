import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

/// What a file holds, from `Tests/Fixtures/checkpoints/expected.json`: the same file read by Python.
struct ExpectedTensor: Decodable {
  let name: String
  let extents: [Int]
  let type: String
  /// The elements as `float32`, bit by bit.
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

  /// Every file and the format it is in.
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
  /// The elements bit by bit, so that NaN and the two zeros compare.
  var bits: [UInt32] { elements.map(\.bitPattern) }
}

/// Opens bytes as a checkpoint; the error must name the file, and is given back without the name.
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
  /// The names in it, sorted.
  var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? [] }
}
