import ArgumentParser
import Models

/// `weights manifest`: Weights/MANIFEST.json, for developers.
struct WeightsManifestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest",
    abstract: "Print what is known of every network's published checkpoint: Weights/MANIFEST.json.",
    shouldDisplay: false)

  func run() throws { try Console.result(json: WeightsManifest()) }
}

/// The published checkpoints of the catalogue: origin, digests, licence, renamed keys.
private struct WeightsManifest: Encodable {
  struct Entry: Encodable {
    let model: String, means: String, license: String, note: String?, renames: String
    let files: [File]
  }

  struct File: Encodable {
    let name: String, url: String, format: CheckpointSource.Format
    /// All digits of the SHA-256, or its first digits where only these are published.
    let sha256: String?, sha256Prefix: String?
    /// The published size of the file, exact or approximate.
    let bytes: Int?, megabytes: Double?

    init(_ file: CheckpointSource.File) {
      (name, url, format) = (file.name, file.url, file.format)
      (bytes, megabytes) = (file.bytes, file.megabytes)
      switch file.sha256 {
      case .full(let digits): (sha256, sha256Prefix) = (digits, nil)
      case .prefix(let digits): (sha256, sha256Prefix) = (nil, digits)
      case .unknown: (sha256, sha256Prefix) = (nil, nil)
      }
    }
  }

  let about =
    "The published checkpoints of the networks: origin, SHA-256 (all digits, or the first ones where only they are"
    + " published), exact bytes or approximate megabytes where published, licence, renamed keys. Written by"
    + " 'activation-dump weights manifest'; do not edit."
  let models = Model.all.compactMap { model in
    model.checkpoint.map { source in
      Entry(
        model: model.identifier, means: source.meaning, license: source.license, note: source.note,
        renames: model.weights.renames, files: source.files.map(File.init))
    }
  }
}
