import Formats
public import Machine
public import Tensor

/// What a checkpoint says about one tensor, without reading its elements.
public struct TensorInfo: Sendable, Hashable {
  /// The name: the key in the state dictionary, with dots between nested containers.
  public let name: String
  /// The extents, outermost first.
  public let shape: Shape
  /// The number format in the file; tensors are read as `Float` whatever it is.
  public let elementType: ElementType
  /// The size of the elements in the file, in bytes.
  public var byteCount: Int { shape.count * elementType.byteCount }
}

/// A checkpoint of any supported format, found by content and mapped into memory: a file, a sharded checkpoint by its
/// index (`model.safetensors.index.json`), or a folder that holds one of these.
///
/// Opening reads only the description of the tensors. ``tensor(named:)`` lends the file's own bytes where they
/// are aligned little-endian `float32` in row-major order and converts a copy otherwise. Nothing in a file is
/// ever executed: pickles are read by a machine that knows how tensors and plain containers are built, keeps
/// everything else as inert placeholders, and refuses, by name, a file that would run something.
///
/// All tensors of the file are there, with dots between nested containers: `state_dict.module.conv1.weight`. Which of
/// them are a network's is for `Model` to find; ``stateDictionary(key:)`` gives those of one dictionary.
///
/// Keras-style NumPy pickles, dictionaries of `[kernel, bias]`, come out as `<layer>.weight` and `<layer>.bias`
/// in PyTorch's axis order: kernels of four axes (height, width, input, output) become output × input × height ×
/// width, those of two become output × input. Layer names stay as they are (`fire2/squeeze1x1`).
public final class Checkpoint: NestedTensorSource {
  /// The container a checkpoint is in.
  public enum Format: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Hugging Face's safetensors.
    case safetensors
    /// `torch.save` since PyTorch 1.6: a zip archive around a pickle.
    case torchZip = "torch-zip"
    /// `torch.save` before PyTorch 1.6: a stream of pickles and raw storages.
    case torchLegacy = "torch-legacy"
    /// `torch.jit.save`: a zip archive with code, constants and a tree of modules.
    case torchScript = "torchscript"
    /// `numpy.savez` and `numpy.savez_compressed`.
    case npz
    /// A pickle of NumPy arrays.
    case numpyPickle = "numpy-pickle"
    /// A pickle of tensors that `pickle.dump` wrote, not `torch.save`.
    case pickle

    /// The name users see.
    public var description: String { rawValue }
  }

  /// Where the file is: the index, where the checkpoint is sharded.
  public let path: String
  /// Its container, found from its content.
  public let format: Format
  /// Its size in bytes; of all files, where it is sharded.
  public let fileSize: Int
  /// Its tensors in file order.
  public let tensors: [TensorInfo]
  /// What stands under a name in place of a tensor that can be read: a quantised tensor, an array of text.
  public let unreadable: [String: String]
  /// The safetensors `__metadata__`; of a training checkpoint, what it says of its network (``TrainingFacts``).
  public let metadata: [String: String]
  /// The dotted paths of the dictionaries that hold tensors, as ``dictionary(of:)`` gives them.
  public let dictionaries: [String]
  /// The files it consists of: one, or an index and its shards in the order of their names.
  let files: [CheckpointFile]

  private let stored: [StoredTensor]
  private let index: [String: Int]

  /// Creates a checkpoint from files that have been read.
  init(path: String, _ files: [CheckpointFile], _ contents: CheckpointContents) {
    self.path = path
    self.files = files
    fileSize = files.reduce(0) { $0 + $1.file.count }
    (format, metadata, unreadable) = (contents.format, contents.metadata, contents.unreadable)
    dictionaries = contents.dictionaries
    var stored: [StoredTensor] = []
    var index: [String: Int] = [:]
    for tensor in contents.tensors {
      // As in Python, a key that comes twice keeps its place and has its last value.
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

  /// Opens a checkpoint, finding its format from its content.
  ///
  /// - Parameter path: A file; the index of a sharded checkpoint; or a folder that holds one of these.
  /// - Returns: The checkpoint, its tensors described and not read.
  /// - Throws: ``Failure`` when the file is missing, unreadable, damaged, hostile, of no known format or
  ///   without any tensor, and when shards are missing.
  public static func open(_ path: String) throws(Failure) -> Checkpoint {
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
  public var names: [String] { tensors.map(\.name) }

  /// The shape of a tensor, `nil` when there is none of that name.
  public func shape(of name: String) -> Shape? { index[name].map { tensors[$0].shape } }

  /// Reads a tensor as `Float`: halves and bfloat16 widen exactly, doubles and integers round to nearest.
  ///
  /// - Throws: ``UnknownName``, or ``Failure`` when its elements cannot be inflated or are complex.
  public func tensor(named name: String) throws -> Tensor {
    guard let position = index[name] else { throw UnknownName(.tensor, name: name, known: []) }
    do throws(Malformed) {
      return try stored[position].read()
    } catch {
      throw Failure(Malformed("tensor '\(name)': \(error.reason)"), in: path)
    }
  }

  /// The number format of a tensor in the file.
  public func elementType(of name: String) -> ElementType? { index[name].map { tensors[$0].elementType } }

  /// The dotted path of the dictionary that holds a tensor, empty for the outermost.
  public func dictionary(of name: String) -> String {
    guard let position = index[name], dictionaries.indices.contains(stored[position].dictionary) else {
      return ""
    }
    return dictionaries[stored[position].dictionary]
  }

  /// What stands under a name in place of a tensor that can be read.
  public func obstacle(at name: String) -> String? { unreadable[name] }

  /// The SHA-256 of the whole file, as 64 lower-case hexadecimal digits.
  ///
  /// Of a sharded checkpoint it is that of the lines `<digest>  <name>` of its index and all its shards, sorted by name
  /// bytewise: what `sha256sum FILE… | sha256sum` prints in its folder.
  ///
  /// Complexity: reads every file once.
  public func sha256() throws(Failure) -> String {
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
  /// Its path as the index has it; the index's own is its name.
  let name: String
  let file: MappedFile
}
