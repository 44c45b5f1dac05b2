/// Where a network's trained weights are published.
package struct CheckpointSource: Sendable, Hashable {
  /// How the file stores tensors.
  package enum Format: String, Sendable, Hashable, Codable {
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
  package enum Digest: Sendable, Hashable {
    /// All 64 hexadecimal digits.
    case full(String)
    /// The digits its publisher puts into the file's name or address.
    case prefix(String)
    /// Nothing.
    case unknown
  }

  /// One file that holds the weights.
  package struct File: Sendable, Hashable {
    /// The name it is kept under.
    package let name: String
    /// Where it is published.
    package let url: String
    /// Its container.
    package let format: Format
    /// Its digest.
    package let sha256: Digest
    /// Its size in bytes, where published.
    package let bytes: Int?
    /// Its size in millions of bytes, where it is published roughly.
    package let megabytes: Double?

    init(
      _ name: String, url: String, _ format: Format, sha256: Digest = .unknown, bytes: Int? = nil,
      megabytes: Double? = nil
    ) {
      (self.name, self.url, self.format, self.sha256) = (name, url, format, sha256)
      (self.bytes, self.megabytes) = (bytes, megabytes)
    }
  }

  /// The files, best first; any one of them is enough.
  package let files: [File]
  /// Whose weights they are, and which others fit the network and are not meant.
  package let meaning: String
  /// The licence they are published under.
  package let license: String
  /// What a user should know: renamed keys, files inside archives.
  package let note: String?

  init(_ files: [File], means meaning: String, license: String, note: String? = nil) {
    (self.files, self.meaning, self.license, self.note) = (files, meaning, license, note)
  }
}

extension CheckpointSource.File {
  /// A file of torchvision's, whose name ends in the first digits of its digest.
  static func torchvision(_ name: String, bytes: Int? = nil, megabytes: Double? = nil) -> Self {
    let digits = name.split(separator: "-").last?.prefix { $0 != "." } ?? ""
    return Self(
      name, url: "https://download.pytorch.org/models/\(name)", .torch, sha256: .prefix(String(digits)),
      bytes: bytes, megabytes: megabytes)
  }

  /// A file of timm's, kept under the name of its model.
  static func timm(
    _ name: String, sha256: CheckpointSource.Digest = .unknown, bytes: Int? = nil, megabytes: Double? = nil
  ) -> Self {
    huggingFace(
      "timm/\(name)", "model.safetensors", .safetensors, keptAs: "\(name).safetensors", sha256: sha256,
      bytes: bytes, megabytes: megabytes)
  }

  /// A file of a repository of Hugging Face's, kept under its own name or another.
  static func huggingFace(
    _ repository: String, _ file: String, _ format: CheckpointSource.Format, keptAs name: String? = nil,
    sha256: CheckpointSource.Digest = .unknown, bytes: Int? = nil, megabytes: Double? = nil
  ) -> Self {
    Self(
      name ?? file, url: "https://huggingface.co/\(repository)/resolve/main/\(file)", format, sha256: sha256,
      bytes: bytes, megabytes: megabytes)
  }
}
