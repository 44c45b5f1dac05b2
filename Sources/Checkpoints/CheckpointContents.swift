import Formats
import Machine

/// The parsed description of a file: named tensors in file order.
struct CheckpointContents {
  var format: Checkpoint.Format
  var tensors: [StoredTensor]
  /// The dotted path of each dictionary. Tensors refer to dictionaries by index.
  var dictionaries: [String]
  /// A description of each entry that is not a readable tensor, by name.
  var unreadable: [String: String] = [:]
  var metadata: [String: String] = [:]

  init(
    format: Checkpoint.Format, tensors: [StoredTensor], dictionaries: [String] = [""],
    metadata: [String: String] = [:]
  ) {
    self.format = format
    self.tensors = tensors
    self.dictionaries = dictionaries
    self.metadata = metadata
  }

  /// Finds the format from the content and parses the description of every tensor.
  init(_ file: ByteRegion) throws(Malformed) {
    guard file.count > 0 else {
      throw Malformed("the file is empty; if it was downloaded, download it again")
    }
    if ZipArchive.begins(file) {
      let archive = try ZipArchive(file)
      if let torch = try TorchArchive(archive) {
        self = try torch.contents()
      } else if let reason = ForeignFile.reason(for: archive) {
        throw Malformed(reason)
      } else {
        self = try NPZReader.contents(of: archive)
      }
    } else if SafetensorsReader.begins(file) {
      self = try SafetensorsReader.contents(of: file)
    } else if let reason = ForeignFile.reason(for: file) {
      throw Malformed(reason)
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
    guard tensors.isEmpty else { return }
    guard let (name, reason) = unreadable.min(by: { $0.key < $1.key }) else {
      throw Malformed("there are no tensors in it")
    }
    throw Malformed("there are no tensors in it that can be read: '\(name)' is \(reason)")
  }
}
