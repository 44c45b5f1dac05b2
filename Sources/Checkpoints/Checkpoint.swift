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

/// A checkpoint file of any supported format, found by content and mapped into memory.
///
/// Opening reads only the description of the tensors. ``tensor(named:)`` lends the file's own bytes where they
/// are aligned little-endian `float32` in row-major order and converts a copy otherwise. Nothing in a file is
/// ever executed: pickles are read by a machine that knows how tensors and plain containers are built, keeps
/// every other class as an inert placeholder, and refuses, by name, a file that would call anything else.
///
/// The names are those of the state dictionary. That is the root of the file or what is under its `model` or
/// `state_dict` key; anything else is flattened with dots (a TorchScript module tree, a pickled `nn.Module`).
/// Values that are not tensors are left out.
///
/// Keras-style NumPy pickles, dictionaries of `[kernel, bias]`, come out as `<layer>.weight` and `<layer>.bias`
/// in PyTorch's axis order: kernels of four axes (height, width, input, output) become output × input × height ×
/// width, those of two become output × input. Layer names stay as they are (`fire2/squeeze1x1`).
public final class Checkpoint: TensorSource {
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

    /// The name users see.
    public var description: String { rawValue }
  }

  /// Where the file is.
  public let path: String
  /// Its container, found from its content.
  public let format: Format
  /// Its size in bytes.
  public let fileSize: Int
  /// Its tensors in file order.
  public let tensors: [TensorInfo]
  /// The safetensors `__metadata__`; of a training checkpoint, what it says of its network (``TrainingFacts``).
  public let metadata: [String: String]

  private let file: MappedFile
  private let stored: [StoredTensor]
  private let index: [String: Int]

  private init(_ file: MappedFile, _ contents: CheckpointContents) {
    self.file = file
    path = file.path
    fileSize = file.count
    format = contents.format
    metadata = contents.metadata
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
  /// - Throws: ``CheckpointError`` when the file is missing, unreadable, damaged, hostile, of no known format or
  ///   without any tensor.
  public static func open(_ path: String) throws(CheckpointError) -> Checkpoint {
    let file: MappedFile
    do { file = try MappedFile(path) } catch { throw CheckpointError(error) }
    let contents: CheckpointContents
    do throws(Malformed) {
      contents = try CheckpointContents(file.region)
      guard !contents.tensors.isEmpty else { throw Malformed("there are no tensors in it") }
    } catch {
      throw CheckpointError(error, in: path)
    }
    return Checkpoint(file, contents)
  }

  /// The names in file order.
  public var names: [String] { tensors.map(\.name) }

  /// The shape of a tensor, `nil` when there is none of that name.
  public func shape(of name: String) -> Shape? { index[name].map { tensors[$0].shape } }

  /// Reads a tensor as `Float`: halves and bfloat16 widen exactly, doubles and integers round to nearest.
  ///
  /// - Throws: ``UnknownTensor``, or ``CheckpointError`` when its elements cannot be inflated or are complex.
  public func tensor(named name: String) throws -> Tensor {
    guard let position = index[name] else { throw UnknownTensor(name: name) }
    do throws(Malformed) {
      return try stored[position].read()
    } catch {
      throw CheckpointError(Malformed("tensor '\(name)': \(error.reason)"), in: path)
    }
  }

  /// The SHA-256 of the whole file, as 64 lower-case hexadecimal digits.
  ///
  /// Complexity: reads the file once.
  public func sha256() throws(CheckpointError) -> String {
    let hash = SHA256()
    file.region.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }
}
