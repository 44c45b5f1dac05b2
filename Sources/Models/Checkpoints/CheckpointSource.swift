/// The publication of a network's trained weights.
package struct CheckpointSource: Sendable, Hashable {
  /// The container formats of tensors.
  package enum Format: String, Sendable, Hashable, Codable {
    case safetensors
    /// A pickle with tensors, in PyTorch's zip container or its earlier stream container.
    case torch
    /// A TorchScript archive.
    case torchScript = "torchscript"
    /// A zip of NumPy arrays.
    case npz
    /// A pickle of NumPy arrays.
    case numpyPickle = "numpy-pickle"
  }

  /// The publicly known part of a file's SHA-256.
  package enum Digest: Sendable, Hashable {
    /// All 64 hexadecimal digits.
    case full(String)
    /// The first digits, which the publisher puts into the name or address of the file.
    case prefix(String)
    /// No digits.
    case unknown
  }

  /// A file with the weights.
  package struct File: Sendable, Hashable {
    /// The name of the local file.
    package let name: String
    /// The address of the published file.
    package let url: String
    /// The container format.
    package let format: Format
    /// The SHA-256.
    package let sha256: Digest
    /// The size in bytes, if published.
    package let bytes: Int?
    /// The size in millions of bytes, if only an approximate size is published.
    package let megabytes: Double?

    init(
      _ name: String, url: String, _ format: Format, sha256: Digest = .unknown, bytes: Int? = nil,
      megabytes: Double? = nil
    ) {
      (self.name, self.url, self.format, self.sha256) = (name, url, format, sha256)
      (self.bytes, self.megabytes) = (bytes, megabytes)
    }
  }

  /// The files, best first. Any one of them is sufficient.
  package let files: [File]
  /// The origin of the weights, and other weights that fit the network and are not meant.
  package let meaning: String
  /// The licence of the weights.
  package let license: String
  /// Information for the user: renamed keys, files inside archives.
  package let note: String?

  init(_ files: [File], means meaning: String, license: String, note: String? = nil) {
    (self.files, self.meaning, self.license, self.note) = (files, meaning, license, note)
  }
}

extension CheckpointSource.File {
  /// Describes a file of torchvision, whose name ends in the first digits of its digest.
  static func torchvision(_ name: String, bytes: Int? = nil, megabytes: Double? = nil) -> Self {
    let digits = name.split(separator: "-").last?.prefix { $0 != "." } ?? ""
    return Self(
      name, url: "https://download.pytorch.org/models/\(name)", .torch, sha256: .prefix(String(digits)),
      bytes: bytes, megabytes: megabytes)
  }

  /// Describes a file of timm, which is stored locally under the name of its model.
  static func timm(
    _ name: String, sha256: CheckpointSource.Digest = .unknown, bytes: Int? = nil, megabytes: Double? = nil
  ) -> Self {
    huggingFace(
      "timm/\(name)", "model.safetensors", .safetensors, keptAs: "\(name).safetensors", sha256: sha256,
      bytes: bytes, megabytes: megabytes)
  }

  /// Describes a file of a Hugging Face repository, which is stored locally under its own name or another
  /// one.
  static func huggingFace(
    _ repository: String, _ file: String, _ format: CheckpointSource.Format, keptAs name: String? = nil,
    sha256: CheckpointSource.Digest = .unknown, bytes: Int? = nil, megabytes: Double? = nil
  ) -> Self {
    Self(
      name ?? file, url: "https://huggingface.co/\(repository)/resolve/main/\(file)", format, sha256: sha256,
      bytes: bytes, megabytes: megabytes)
  }
}
