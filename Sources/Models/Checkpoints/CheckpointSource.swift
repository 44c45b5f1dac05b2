/// Where a network's trained weights are published.
public struct CheckpointSource: Sendable, Hashable {
  /// How the file stores tensors.
  public enum Format: String, Sendable, Hashable, Codable {
    case safetensors
    /// A pickle with tensors, in PyTorch's zip or earlier stream container.
    case torch
    /// A TorchScript archive.
    case torchScript = "torchscript"
    /// A zip of NumPy arrays.
    case npz
    /// A pickle of NumPy arrays.
    case numpyPickle = "numpy-pickle"
  }

  /// What is publicly known of a file's SHA-256.
  public enum Digest: Sendable, Hashable {
    /// All 64 hexadecimal digits.
    case full(String)
    /// The digits its publisher puts into the file's name or address.
    case prefix(String)
    /// Nothing.
    case unknown
  }

  /// One file that holds the weights.
  public struct File: Sendable, Hashable {
    /// The name it is kept under.
    public let name: String
    /// Where it is published.
    public let url: String
    /// Its container.
    public let format: Format
    /// Its digest.
    public let sha256: Digest
    /// Its size in bytes, where published.
    public let bytes: Int?

    init(_ name: String, url: String, _ format: Format, sha256: Digest = .unknown, bytes: Int? = nil) {
      (self.name, self.url, self.format, self.sha256, self.bytes) = (name, url, format, sha256, bytes)
    }
  }

  /// The files, best first; any one of them is enough.
  public let files: [File]
  /// Whose weights they are, and which others fit the network and are not meant.
  public let meaning: String
  /// The licence they are published under.
  public let license: String
  /// What a user should know: renamed keys, files inside archives.
  public let note: String?

  init(_ files: [File], means meaning: String, license: String, note: String? = nil) {
    (self.files, self.meaning, self.license, self.note) = (files, meaning, license, note)
  }
}
