public import Datasets
import Machine

/// `manifest.json`: where a dump came from, what is in it and how far it got.
public struct Manifest: Codable, Sendable {
  /// How far a dump got.
  public enum State: String, Codable, Sendable {
    /// It is being written, or whoever wrote it was killed.
    case running
    /// Every row of every file is there.
    case complete
    /// The user stopped it.
    case interrupted
    /// An error stopped it.
    case failed
  }

  /// A recorded file.
  public struct Array: Codable, Sendable {
    /// The layer's canonical name; none for the output.
    public var name: String?
    /// The study's name of the layer.
    public var studyName: String?
    /// The file, relative to the manifest.
    public var file: String
    /// Images, then the shape of one row; units × images where ``unitMajor``. Of a layer of which extremes are kept, the
    /// shape of the activations that were computed.
    public var shape: [Int]
    /// NumPy's name of the type: `<f4` or `<f2`.
    public var dtype: String
    /// Whether a unit's numbers are together.
    public var unitMajor: Bool?
    /// The units the columns hold, where not all of them in order.
    public var units: [Int]?
    /// The positions of the layer's value that were reduced to one number, or recorded each: those of a map, tokens, or 1
    /// for a vector. Absent for the output, and in dumps of versions that did not write it.
    public var positions: Int?
    /// `true` where the network's description alone says that no position is ever below 0: behind a ReLU, for instance.
    public var nonNegative: Bool?
    /// The digest of the file; only in a complete dump.
    public var sha256: String?
  }

  /// What is kept of each unit in the place of its activations.
  public struct Extremes: Codable, Sendable, Hashable {
    /// The images from each end, at most.
    public var limit: Int
    /// The rows of the sample, those of all shards.
    public var sample: Int

    /// Says how much is kept of a unit.
    package init(limit: Int, sample: Int) { (self.limit, self.sample) = (limit, sample) }
  }

  /// The file with the baselines of a layer's units.
  public struct BaselineFile: Codable, Sendable {
    /// The layer's canonical name, and the study's.
    public var name: String, studyName: String?
    /// The file, relative to the manifest.
    public var file: String
    /// The digest of the file; only in a complete dump.
    public var sha256: String?
  }

  /// The weights.
  public struct WeightsSummary: Codable, Sendable {
    /// The name of the file, or `seeded:N`.
    public var name: String
    /// The file's length; of all shards, where it is the index of some.
    public var bytes: Int?
    /// The file's digest, or that of an index and its shards: see `Checkpoint.sha256()`.
    public var sha256: String?
    /// The key under which the weights are in the file; none where they are at its root.
    public var key: String?
    /// The published file they are, going by the digest.
    public var release: String?
    /// What the user was told of them.
    public var remarks: [String]?

    /// Says what the weights are.
    package init(
      name: String, bytes: Int?, sha256: String?, key: String?, release: String?, remarks: [String]?
    ) {
      (self.name, self.bytes, self.sha256) = (name, bytes, sha256)
      (self.key, self.release, self.remarks) = (key, release, remarks)
    }
  }

  /// The last layers of the network, where they are not those of the published weights.
  public enum Head: String, Codable, Sendable {
    /// The same layers with another number of outputs.
    case other
    /// None that the network knows: there are no outputs.
    case absent
  }

  /// How pixels became inputs.
  public struct PreprocessingSummary: Codable, Sendable {
    /// The shorter side after resizing, and the side of the crop.
    public var resize: Int, crop: Int
    /// The interpolation and the order of the colour planes.
    public var filter: String, channelOrder: String
    /// What was done to an 8-bit value, as a formula per colour plane.
    public var normalization: String
    /// The libraries that decoded the files.
    public var decoder: String
    /// The major version of the Pillow whose order of passes was kept; manifests without one mean 12.
    public var pillow: Int?
  }

  /// The images.
  public struct ImagesSummary: Codable, Sendable {
    /// What `--images` named, as an absolute path, written as images.tsv writes names: its bytes are in ``place``.
    public var source: String?
    /// The number of rows.
    public var count: Int
    /// Where the list came from: `folders`, `flat`, `list`, `tar`.
    public var layout: ImageList.Layout
    /// What the labels count.
    public var labels: ImageList.Labels
    /// ``ImageList/digest`` of the images of all shards.
    public var listSha256: String
    /// SHA-256 of images.tsv; only in a complete dump.
    public var tableSha256: String?
    /// Rows whose image could not be read, full of NaN.
    public var skipped = 0
    /// Which members of a sample in archives are images, where the user said so.
    public var imageKeys: [String]?
    /// What the user was told about the images that were found.
    public var remarks: [String]?
  }

  /// The machine and how it was used.
  public struct HostSummary: Codable, Sendable, Hashable {
    /// Its name, operating system and processor.
    public var name: String, system: String, processor: String
    /// The threads, and the images each took through the network together.
    public var threads: Int, batchSize: Int
  }

  /// A shard that became part of a dump.
  public struct MergedShard: Codable, Sendable, Hashable {
    /// Which shard.
    public var index: Int
    /// Where and when it was made.
    public var host: HostSummary
    /// When it began and ended.
    public var started: String, ended: String?

    /// Says where a shard came from.
    package init(index: Int, host: HostSummary, started: String, ended: String?) {
      (self.index, self.host, self.started, self.ended) = (index, host, started, ended)
    }
  }

  /// A program.
  public struct Tool: Codable, Sendable, Hashable {
    /// Its name and version.
    public var name = "activation-dump", version = toolVersion

    /// This program.
    public init() {}
  }

  /// The version of this format.
  public var schema = 1
  /// What wrote the dump.
  public var tool = Tool()
  /// The command line.
  public var arguments: [String]
  /// The network's identifier.
  public var model: String
  /// Its weights.
  public var weights: WeightsSummary
  /// How images became inputs.
  public var preprocessing: PreprocessingSummary
  /// The arithmetic, the kernels and what was kept of a layer.
  public var precision: String, tier: String, reduce: String
  /// What is kept of the activations, unless it is all.
  public var extremes: Extremes?
  /// The network's head, unless it is the published one.
  public var head: Head?
  /// The recorded layers.
  public var layers: [Array]
  /// The baselines of the recorded layers, where they were asked for.
  public var baselines: [BaselineFile]?
  /// What the network returned; none without a head.
  public var logits: Array?
  /// The images.
  public var images: ImagesSummary
  /// Which part of the images this is, unless it is all of them.
  public var shard: ShardSummary?
  /// What was to happen to images that cannot be read.
  public var onError: ErrorPolicy
  /// The machine.
  public var host: HostSummary
  /// When the dump began and ended.
  public var started: String, ended: String?
  /// How far it got.
  public var state: State
  /// The rows that are in the files, as half-open ranges, unless all are.
  public var rowsDone: [[Int]]?
  /// What stopped it.
  public var failure: String?
  /// The number of times it was resumed.
  public var resumed: Int?
  /// The shards it was put together from.
  public var merged: [MergedShard]?
}
