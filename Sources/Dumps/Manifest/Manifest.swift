public import Datasets
import Machine

/// `manifest.json`: the origin, the contents and the progress of a dump.
public struct Manifest: Codable, Sendable {
  /// The progress of a dump.
  public enum State: String, Codable, Sendable {
    /// The dump is being written, or its process was killed.
    case running
    /// Every row of every file is written.
    case complete
    /// The user stopped the dump.
    case interrupted
    /// An error stopped the dump.
    case failed
  }

  /// A recorded file.
  public struct Array: Codable, Sendable {
    /// The layer's canonical name; `nil` for the output.
    public var name: String?
    /// The study's name of the layer.
    public var studyName: String?
    /// The path of the file, relative to the manifest.
    public var file: String
    /// The shape: images, then the shape of one row; units × images where ``unitMajor``. For a layer whose
    /// extremes are kept, this is the shape of the activations that were computed.
    public var shape: [Int]
    /// NumPy's name of the dtype: `<f4` or `<f2`.
    public var dtype: String
    /// Whether the numbers of one unit are contiguous.
    public var unitMajor: Bool?
    /// The units of the columns; absent where the columns are all units in order.
    public var units: [Int]?
    /// The number of positions of the layer's value, each recorded or all reduced to one number: those of a
    /// map, the tokens, or 1 for a vector. Absent for the output, and in dumps of versions that did not write
    /// it.
    public var positions: Int?
    /// `true` where the network's description alone guarantees that no position is below 0, for instance
    /// after a ReLU.
    public var nonNegative: Bool?
    /// The SHA-256 of the file; only in a complete dump.
    public var sha256: String?
  }

  /// The part of each unit's activations that is kept in place of all of them.
  public struct Extremes: Codable, Sendable, Hashable {
    /// The maximum number of images kept at each end.
    public var limit: Int
    /// The number of sampled rows, over all shards.
    public var sample: Int

    /// Describes how much of each unit is kept.
    package init(limit: Int, sample: Int) { (self.limit, self.sample) = (limit, sample) }
  }

  /// The file with the baselines of a layer's units.
  public struct BaselineFile: Codable, Sendable {
    /// The layer's canonical name, and the study's.
    public var name: String, studyName: String?
    /// The path of the file, relative to the manifest.
    public var file: String
    /// The SHA-256 of the file; only in a complete dump.
    public var sha256: String?
  }

  /// The weights.
  public struct WeightsSummary: Codable, Sendable {
    /// The name of the file, or `seeded:N`.
    public var name: String
    /// The length of the file in bytes; for the index of a sharded checkpoint, the length of all its shards.
    public var bytes: Int?
    /// The SHA-256 of the file, or that of an index and its shards: see `Checkpoint.sha256()`.
    public var sha256: String?
    /// The key of the weights in the file; `nil` where they are at its root.
    public var key: String?
    /// The published file with the same digest.
    public var release: String?
    /// The remarks about the weights that the user was shown.
    public var remarks: [String]?

    /// Describes the weights.
    package init(
      name: String, bytes: Int?, sha256: String?, key: String?, release: String?, remarks: [String]?
    ) {
      (self.name, self.bytes, self.sha256) = (name, bytes, sha256)
      (self.key, self.release, self.remarks) = (key, release, remarks)
    }
  }

  /// The kind of the network's last layers, where they are not those of the published weights.
  public enum Head: String, Codable, Sendable {
    /// The same layers with another number of outputs.
    case other
    /// No head that the network knows, and therefore no outputs.
    case absent
  }

  /// The preprocessing from pixels to inputs.
  public struct PreprocessingSummary: Codable, Sendable {
    /// The length of the shorter side after resizing, and the side of the crop, in pixels.
    public var resize: Int, crop: Int
    /// The interpolation filter, and the order of the colour channels.
    public var filter: String, channelOrder: String
    /// The formula, per colour channel, that was applied to an 8-bit value.
    public var normalization: String
    /// The libraries that decoded the files.
    public var decoder: String
    /// The major version of the Pillow whose order of resampling passes was reproduced; manifests without one
    /// mean 12.
    public var pillow: Int?
  }

  /// The images.
  public struct ImagesSummary: Codable, Sendable {
    /// The argument of `--images` as an absolute path, escaped as in images.tsv; its bytes are in ``place``.
    public var source: String?
    /// The number of rows.
    public var count: Int
    /// The source of the list: `folders`, `flat`, `list`, `tar`.
    public var layout: ImageList.Layout
    /// The numbering of the labels.
    public var labels: ImageList.Labels
    /// ``ImageList/digest`` of the images of all shards.
    public var listSha256: String
    /// The SHA-256 of images.tsv; only in a complete dump.
    public var tableSha256: String?
    /// The number of rows whose image could not be read; these rows are NaN.
    public var skipped = 0
    /// The members of each sample in archives that are images, where the user chose them.
    public var imageKeys: [String]?
    /// The remarks about the images that the user was shown.
    public var remarks: [String]?
  }

  /// The machine and the settings of its use.
  public struct HostSummary: Codable, Sendable, Hashable {
    /// Its name, operating system and processor.
    public var name: String, system: String, processor: String
    /// The number of threads, and the number of images in each thread's batch.
    public var threads: Int, batchSize: Int
  }

  /// A shard that was merged into a dump.
  public struct MergedShard: Codable, Sendable, Hashable {
    /// The index of the shard.
    public var index: Int
    /// The machine that recorded the shard.
    public var host: HostSummary
    /// The times at which the shard began and ended.
    public var started: String, ended: String?

    /// Describes a merged shard.
    package init(index: Int, host: HostSummary, started: String, ended: String?) {
      (self.index, self.host, self.started, self.ended) = (index, host, started, ended)
    }
  }

  /// A program.
  public struct Tool: Codable, Sendable, Hashable {
    /// Its name and version.
    public var name = "activation-dump", version = toolVersion

    /// Describes this program.
    public init() {}
  }

  /// The version of this format.
  public var schema = 1
  /// The program that wrote the dump.
  public var tool = Tool()
  /// The command line.
  public var arguments: [String]
  /// The network's identifier.
  public var model: String
  /// Its weights.
  public var weights: WeightsSummary
  /// The preprocessing from images to inputs.
  public var preprocessing: PreprocessingSummary
  /// The arithmetic, the kernels, and the reduction of a layer's value.
  public var precision: String, tier: String, reduce: String
  /// The extremes that are kept; `nil` where all activations are kept.
  public var extremes: Extremes?
  /// The network's head; `nil` for the published one.
  public var head: Head?
  /// The recorded layers.
  public var layers: [Array]
  /// The baselines of the recorded layers, where they were requested.
  public var baselines: [BaselineFile]?
  /// The output of the network; `nil` without a head.
  public var logits: Array?
  /// The images.
  public var images: ImagesSummary
  /// The part of the images that is recorded; `nil` for all images.
  public var shard: ShardSummary?
  /// The policy for images that cannot be read.
  public var onError: ErrorPolicy
  /// The machine.
  public var host: HostSummary
  /// The times at which the dump began and ended.
  public var started: String, ended: String?
  /// The progress of the dump.
  public var state: State
  /// The rows that are in the files, as half-open ranges; `nil` for all rows.
  public var rowsDone: [[Int]]?
  /// The error that stopped the dump.
  public var failure: String?
  /// The number of times the dump was resumed.
  public var resumed: Int?
  /// The shards that were merged into the dump.
  public var merged: [MergedShard]?
}
