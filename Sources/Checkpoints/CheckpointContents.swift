internal import Tensor

/// What a reader makes of a file: named tensors in file order.
struct CheckpointContents {
  let format: Checkpoint.Format
  let tensors: [StoredTensor]
  var metadata: [String: String] = [:]

  init(format: Checkpoint.Format, tensors: [StoredTensor], metadata: [String: String] = [:]) {
    self.format = format
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Finds the format from the content and reads the description of every tensor.
  init(_ file: ByteRegion) throws(Malformed) {
    guard file.count > 0 else { throw Malformed("the file is empty") }
    if ZipArchive.begins(file) {
      let archive = try ZipArchive(file)
      if let torch = try TorchArchive(archive) {
        self = try torch.contents()
      } else {
        self = try NPZReader.contents(of: archive)
      }
    } else if SafetensorsReader.begins(file) {
      self = try SafetensorsReader.contents(of: file)
    } else if Unpickler.begins(file) {
      if let torch = try TorchLegacyReader.contents(of: file) {
        self = torch
      } else {
        self = try NumPyPickleReader.contents(of: file)
      }
    } else {
      throw Malformed(
        "it is no checkpoint this program knows: not safetensors, a PyTorch file, .npz or a pickle of arrays")
    }
  }
}
