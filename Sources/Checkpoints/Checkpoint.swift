import Formats
package import Machine
import Synchronization
package import Tensor

/// The description of one tensor in a checkpoint, without its elements.
package struct TensorInfo: Sendable, Hashable {
  /// The name: the key in the state dict, with dots between nested containers.
  package let name: String
  /// The extents, outermost first.
  package let shape: Shape
  /// The dtype in the file. Tensors are read as `Float` from any dtype.
  package let elementType: ElementType
  /// The size of the elements in the file, in bytes.
  package var byteCount: Int { shape.count * elementType.byteCount }
}

/// A checkpoint of any supported format, found by content and memory-mapped: a file, a sharded checkpoint by
/// its index (`model.safetensors.index.json`), or a folder that holds one of these.
///
/// Opening reads only the description of the tensors. ``tensor(named:)`` refers to the mapped bytes when they
/// are aligned little-endian `float32` in row-major order, and otherwise converts a copy. Nothing in a file
/// is ever executed: the unpickler builds only tensors and plain containers and represents all other objects
/// by placeholders. A file whose pickle would run code is refused, and the error names the code.
///
/// All tensors of the file are listed, with dots between nested containers: `state_dict.module.conv1.weight`.
/// `Model` finds the parameters of a network among them; ``stateDictionary(key:)`` returns the tensors of one
/// dictionary.
///
/// Keras-style NumPy pickles, dictionaries of `[kernel, bias]`, are read as `<layer>.weight` and
/// `<layer>.bias` in PyTorch's axis order: kernels of four axes (height, width, input, output) become output
/// × input × height × width, kernels of two axes become output × input. Layer names are unchanged
/// (`fire2/squeeze1x1`).
package final class Checkpoint: NestedTensorSource {
  /// The file format of a checkpoint.
  package enum Format: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Hugging Face's safetensors.
    case safetensors
    /// `torch.save` since PyTorch 1.6: a zip archive with a pickle and the storages.
    case torchZip = "torch-zip"
    /// `torch.save` before PyTorch 1.6: a stream of pickles and raw storages.
    case torchLegacy = "torch-legacy"
    /// `torch.jit.save`: a zip archive with code, constants and a tree of modules.
    case torchScript = "torchscript"
    /// `numpy.savez` and `numpy.savez_compressed`.
    case npz
    /// A pickle of NumPy arrays.
    case numpyPickle = "numpy-pickle"
    /// A pickle of tensors written by `pickle.dump` instead of `torch.save`.
    case pickle

    /// The name shown to users.
    package var description: String { rawValue }
  }

  /// The path of the file, or of the index of a sharded checkpoint.
  package let path: String
  /// The format, found from the file's content.
  package let format: Format
  /// The size in bytes, over all files of a sharded checkpoint.
  package let fileSize: Int
  /// The tensors in file order.
  package let tensors: [TensorInfo]
  /// A description of each entry that should be a tensor but cannot be read, by name: a quantised tensor, an
  /// array of text.
  package let unreadable: [String: String]
  /// The safetensors `__metadata__`; for a training checkpoint, the facts that name its network
  /// (``TrainingFacts``).
  package let metadata: [String: String]
  /// The dotted paths of the dictionaries that hold tensors, as returned by ``dictionary(of:)``.
  package let dictionaries: [String]
  /// The files of the checkpoint: one file, or an index and its shards in the order of their names.
  let files: [CheckpointFile]

  private let stored: [StoredTensor]
  private let index: [String: Int]
  private let digest = Mutex<String?>(nil)

  /// Creates a checkpoint from parsed files.
  init(path: String, _ files: [CheckpointFile], _ contents: CheckpointContents) {
    self.path = path
    self.files = files
    fileSize = files.reduce(0) { $0 + $1.file.count }
    (format, metadata, unreadable) = (contents.format, contents.metadata, contents.unreadable)
    dictionaries = contents.dictionaries
    var stored: [StoredTensor] = []
    var index: [String: Int] = [:]
    for tensor in contents.tensors {
      // As in Python, a repeated key keeps its first place and its last value.
      if let earlier = index[tensor.name] {
        stored[earlier] = tensor
      } else {
        index[tensor.name] = stored.count
        stored.append(tensor)
      }
    }
    self.stored = stored
    self.index = index
    tensors = stored.map {
      TensorInfo(name: $0.name, shape: Shape($0.extents), elementType: $0.elementType)
    }
  }

  /// Opens a checkpoint and finds its format from its content.
  ///
  /// - Parameter path: A file, the index of a sharded checkpoint, or a folder that holds one of these.
  /// - Returns: The checkpoint. Its tensors are listed but not read.
  /// - Throws: ``Failure`` when the file is missing, unreadable, damaged, hostile, of unknown format
  ///   or without any tensor, and when shards are missing.
  package static func open(_ path: String) throws(Failure) -> Checkpoint {
    let path = try CheckpointFolder.file(at: path)
    let file = try MappedFile(path)
    let index: CheckpointIndex
    do throws(Malformed) {
      guard let found = try CheckpointIndex(file.region) else {
        return Checkpoint(
          path: path, [CheckpointFile(name: "", file: file)], try CheckpointContents(file.region))
      }
      index = found
    } catch {
      throw Failure(error, in: path)
    }
    return try ShardedCheckpoint.open(index, file)
  }

  /// The names in file order.
  package var names: [String] { tensors.map(\.name) }

  /// Returns the shape of a tensor, `nil` when no tensor has that name.
  package func shape(of name: String) -> Shape? { index[name].map { tensors[$0].shape } }

  /// Reads a tensor as `Float`: float16 and bfloat16 are converted exactly, float64 and integers are rounded
  /// to nearest.
  ///
  /// - Throws: ``UnknownName``, or ``Failure`` when the elements cannot be inflated or are complex.
  package func tensor(named name: String) throws -> Tensor {
    guard let position = index[name] else { throw UnknownName(.tensor, name: name, known: []) }
    do throws(Malformed) {
      return try stored[position].read()
    } catch {
      throw Failure(Malformed("tensor '\(name)': \(error.reason)"), in: path)
    }
  }

  /// Returns the dtype of a tensor in the file.
  package func elementType(of name: String) -> ElementType? { index[name].map { tensors[$0].elementType } }

  /// Returns the dotted path of the dictionary that holds a tensor, empty for the outermost dictionary.
  package func dictionary(of name: String) -> String {
    guard let position = index[name], dictionaries.indices.contains(stored[position].dictionary) else {
      return ""
    }
    return dictionaries[stored[position].dictionary]
  }

  /// Describes the entry under a name that is not a readable tensor; returns `nil` when there is no such
  /// entry.
  package func obstacle(at name: String) -> String? { unreadable[name] }

  /// Returns the SHA-256 of the whole file, as 64 lower-case hexadecimal digits.
  ///
  /// For a sharded checkpoint, this is the SHA-256 of the lines `<digest> <name>` of the index and all
  /// shards, sorted by name bytewise: the output of `sha256sum FILE… | sha256sum` in the checkpoint's folder.
  ///
  /// Complexity: The first call reads every file.
  package func sha256() throws(Failure) -> String {
    digest.withLock { known in
      let digest = known ?? computedDigest()
      known = digest
      return digest
    }
  }

  private func computedDigest() -> String {
    func digest(_ file: MappedFile) -> String {
      let hash = SHA256()
      file.region.withUnsafeBytes { hash.update($0) }
      return hash.finish()
    }
    if files.count == 1 { return digest(files[0].file) }
    let lines = files.map { "\(digest($0.file))  \($0.name)\n" }.joined()
    return Array(lines.utf8).withUnsafeBytes { SHA256.hexDigest(of: $0) }
  }
}

/// A file of a checkpoint.
struct CheckpointFile: Sendable {
  /// The path as written in the index; for the index itself, its file name.
  let name: String
  let file: MappedFile
}
