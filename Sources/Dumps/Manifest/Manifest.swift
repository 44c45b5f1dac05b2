package import Datasets
import Machine

/// `manifest.json`: the origin, the contents and the progress of a dump.
package struct Manifest: Codable, Sendable {
  /// The progress of a dump.
  package enum State: String, Codable, Sendable {
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
  package struct Array: Codable, Sendable {
    /// The layer's canonical name; `nil` for the output.
    package var name: String?
    /// The study's name of the layer.
    package var studyName: String?
    /// The path of the file, relative to the manifest.
    package var file: String
    /// The shape: images, then the shape of one row; units × images where ``unitMajor``. For a layer whose
    /// extremes are kept, this is the shape of the activations that were computed.
    package var shape: [Int]
    /// NumPy's name of the dtype: `<f4` or `<f2`.
    package var dtype: String
    /// Whether the numbers of one unit are contiguous.
    package var unitMajor: Bool?
    /// The units of the columns; absent where the columns are all units in order.
    package var units: [Int]?
    /// The number of positions of the layer's value, each recorded or all reduced to one number: those of a
    /// map, the tokens, or 1 for a vector. Absent for the output, and in dumps of versions that did not write
    /// it.
    package var positions: Int?
    /// `true` where the network's description alone guarantees that no position is below 0, for instance
    /// after a ReLU.
    package var nonNegative: Bool?
    /// The SHA-256 of the file; only in a complete dump.
    package var sha256: String?
  }

  /// The part of each unit's activations that is kept in place of all of them.
  package struct Extremes: Codable, Sendable, Hashable {
    /// The maximum number of images kept at each end.
    package var limit: Int
    /// The number of sampled rows, over all shards.
    package var sample: Int

    /// Describes how much of each unit is kept.
    package init(limit: Int, sample: Int) { (self.limit, self.sample) = (limit, sample) }
  }

  /// The file with the baselines of a layer's units.
  package struct BaselineFile: Codable, Sendable {
    /// The layer's canonical name, and the study's.
    package var name: String, studyName: String?
    /// The path of the file, relative to the manifest.
    package var file: String
    /// The SHA-256 of the file; only in a complete dump.
    package var sha256: String?
  }

  /// The weights.
  package struct WeightsSummary: Codable, Sendable {
    /// The name of the file, or `seeded:N`.
    package var name: String
    /// The length of the file in bytes; for the index of a sharded checkpoint, the length of all its shards.
    package var bytes: Int?
    /// The SHA-256 of the file, or that of an index and its shards: see `Checkpoint.sha256()`.
    package var sha256: String?
    /// The key of the weights in the file; `nil` where they are at its root.
    package var key: String?
    /// The published file with the same digest.
    package var release: String?
    /// The remarks about the weights that the user was shown.
    package var remarks: [String]?

    /// Describes the weights.
    package init(
      name: String, bytes: Int?, sha256: String?, key: String?, release: String?, remarks: [String]?
    ) {
      (self.name, self.bytes, self.sha256) = (name, bytes, sha256)
      (self.key, self.release, self.remarks) = (key, release, remarks)
    }
  }

  /// The kind of the network's last layers, where they are not those of the published weights.
  package enum Head: String, Codable, Sendable {
    /// The same layers with another number of outputs.
    case other
    /// No head that the network knows, and therefore no outputs.
    case absent
  }

  /// The preprocessing from pixels to inputs.
  package struct PreprocessingSummary: Codable, Sendable {
    /// The length of the shorter side after resizing, and the side of the crop, in pixels.
    package var resize: Int, crop: Int
    /// The interpolation filter, and the order of the colour channels.
    package var filter: String, channelOrder: String
    /// The formula, per colour channel, that was applied to an 8-bit value.
    package var normalization: String
    /// The libraries that decoded the files.
    package var decoder: String
    /// The major version of the Pillow whose order of resampling passes was reproduced; manifests without one
    /// mean 12.
    package var pillow: Int?
  }

  /// The images.
  package struct ImagesSummary: Codable, Sendable {
    /// The argument of `--images` as an absolute path, escaped as in images.tsv; its bytes are in ``place``.
    package var source: String?
    /// The number of rows.
    package var count: Int
    /// The source of the list: `folders`, `flat`, `list`, `tar`.
    package var layout: ImageList.Layout
    /// The numbering of the labels.
    package var labels: ImageList.Labels
    /// ``ImageList/digest`` of the images of all shards.
    package var listSha256: String
    /// The SHA-256 of images.tsv; only in a complete dump.
    package var tableSha256: String?
    /// The number of rows whose image could not be read; these rows are NaN.
    package var skipped = 0
    /// The members of each sample in archives that are images, where the user chose them.
    package var imageKeys: [String]?
    /// The remarks about the images that the user was shown.
    package var remarks: [String]?
  }

  /// The machine and the settings of its use.
  package struct HostSummary: Codable, Sendable, Hashable {
    /// Its name, operating system and processor.
    package var name: String, system: String, processor: String
    /// The number of threads, and the number of images in each thread's batch.
    package var threads: Int, batchSize: Int
  }

  /// A shard that was merged into a dump.
  package struct MergedShard: Codable, Sendable, Hashable {
    /// The index of the shard.
    package var index: Int
    /// The machine that recorded the shard.
    package var host: HostSummary
    /// The times at which the shard began and ended.
    package var started: String, ended: String?

    /// Describes a merged shard.
    package init(index: Int, host: HostSummary, started: String, ended: String?) {
      (self.index, self.host, self.started, self.ended) = (index, host, started, ended)
    }
  }

  /// A program.
  package struct Tool: Codable, Sendable, Hashable {
    /// Its name and version.
    package var name = "activation-dump", version = toolVersion

    /// Describes this program.
    package init() {}
  }

  /// The version of this format.
  package var schema = 1
  /// The program that wrote the dump.
  package var tool = Tool()
  /// The command line.
  package var arguments: [String]
  /// The network's identifier.
  package var model: String
  /// Its weights.
  package var weights: WeightsSummary
  /// The preprocessing from images to inputs.
  package var preprocessing: PreprocessingSummary
  /// The arithmetic, the kernels, and the reduction of a layer's value.
  package var precision: String, tier: String, reduce: String
  /// The extremes that are kept; `nil` where all activations are kept.
  package var extremes: Extremes?
  /// The network's head; `nil` for the published one.
  package var head: Head?
  /// The recorded layers.
  package var layers: [Array]
  /// The baselines of the recorded layers, where they were requested.
  package var baselines: [BaselineFile]?
  /// The output of the network; `nil` without a head.
  package var logits: Array?
  /// The images.
  package var images: ImagesSummary
  /// The part of the images that is recorded; `nil` for all images.
  package var shard: ShardSummary?
  /// The policy for images that cannot be read.
  package var onError: ErrorPolicy
  /// The machine.
  package var host: HostSummary
  /// The times at which the dump began and ended.
  package var started: String, ended: String?
  /// The progress of the dump.
  package var state: State
  /// The rows that are in the files, as half-open ranges; `nil` for all rows.
  package var rowsDone: [[Int]]?
  /// The error that stopped the dump.
  package var failure: String?
  /// The number of times the dump was resumed.
  package var resumed: Int?
  /// The shards that were merged into the dump.
  package var merged: [MergedShard]?
}
