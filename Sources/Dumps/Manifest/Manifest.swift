package import Datasets
import Machine

/// `manifest.json`: where a dump came from, what is in it and how far it got.
package struct Manifest: Codable, Sendable {
  /// How far a dump got.
  package enum State: String, Codable, Sendable {
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
  package struct Array: Codable, Sendable {
    /// The layer's canonical name; none for the output.
    package var name: String?
    /// The study's name of the layer.
    package var studyName: String?
    /// The file, relative to the manifest.
    package var file: String
    /// Images, then the shape of one row; units × images where ``unitMajor``. Of a layer of which extremes are kept, the
    /// shape of the activations that were computed.
    package var shape: [Int]
    /// NumPy's name of the type: `<f4` or `<f2`.
    package var dtype: String
    /// Whether a unit's numbers are together.
    package var unitMajor: Bool?
    /// The units the columns hold, where not all of them in order.
    package var units: [Int]?
    /// The positions of the layer's value that were reduced to one number, or recorded each: those of a map, tokens, or 1
    /// for a vector. Absent for the output, and in dumps of versions that did not write it.
    package var positions: Int?
    /// `true` where the network's description alone says that no position is ever below 0: behind a ReLU, for instance.
    package var nonNegative: Bool?
    /// The digest of the file; only in a complete dump.
    package var sha256: String?
  }

  /// What is kept of each unit in the place of its activations.
  package struct Extremes: Codable, Sendable, Hashable {
    /// The images from each end, at most.
    package var limit: Int
    /// The rows of the sample, those of all shards.
    package var sample: Int

    /// Says how much is kept of a unit.
    package init(limit: Int, sample: Int) { (self.limit, self.sample) = (limit, sample) }
  }

  /// The file with the baselines of a layer's units.
  package struct BaselineFile: Codable, Sendable {
    /// The layer's canonical name, and the study's.
    package var name: String, studyName: String?
    /// The file, relative to the manifest.
    package var file: String
    /// The digest of the file; only in a complete dump.
    package var sha256: String?
  }

  /// The weights.
  package struct WeightsSummary: Codable, Sendable {
    /// The name of the file, or `seeded:N`.
    package var name: String
    /// The file's length; of all shards, where it is the index of some.
    package var bytes: Int?
    /// The file's digest, or that of an index and its shards: see `Checkpoint.sha256()`.
    package var sha256: String?
    /// The key under which the weights are in the file; none where they are at its root.
    package var key: String?
    /// The published file they are, going by the digest.
    package var release: String?
    /// What the user was told of them.
    package var remarks: [String]?

    /// Says what the weights are.
    package init(
      name: String, bytes: Int?, sha256: String?, key: String?, release: String?, remarks: [String]?
    ) {
      (self.name, self.bytes, self.sha256) = (name, bytes, sha256)
      (self.key, self.release, self.remarks) = (key, release, remarks)
    }
  }

  /// The last layers of the network, where they are not those of the published weights.
  package enum Head: String, Codable, Sendable {
    /// The same layers with another number of outputs.
    case other
    /// None that the network knows: there are no outputs.
    case absent
  }

  /// How pixels became inputs.
  package struct PreprocessingSummary: Codable, Sendable {
    /// The shorter side after resizing, and the side of the crop.
    package var resize: Int, crop: Int
    /// The interpolation and the order of the colour planes.
    package var filter: String, channelOrder: String
    /// What was done to an 8-bit value, as a formula per colour plane.
    package var normalization: String
    /// The libraries that decoded the files.
    package var decoder: String
    /// The major version of the Pillow whose order of passes was kept; manifests without one mean 12.
    package var pillow: Int?
  }

  /// The images.
  package struct ImagesSummary: Codable, Sendable {
    /// What `--images` named, as an absolute path, written as images.tsv writes names: its bytes are in ``place``.
    package var source: String?
    /// The number of rows.
    package var count: Int
    /// Where the list came from: `folders`, `flat`, `list`, `tar`.
    package var layout: ImageList.Layout
    /// What the labels count.
    package var labels: ImageList.Labels
    /// ``ImageList/digest`` of the images of all shards.
    package var listSha256: String
    /// SHA-256 of images.tsv; only in a complete dump.
    package var tableSha256: String?
    /// Rows whose image could not be read, full of NaN.
    package var skipped = 0
    /// Which members of a sample in archives are images, where the user said so.
    package var imageKeys: [String]?
    /// What the user was told about the images that were found.
    package var remarks: [String]?
  }

  /// The machine and how it was used.
  package struct HostSummary: Codable, Sendable, Hashable {
    /// Its name, operating system and processor.
    package var name: String, system: String, processor: String
    /// The threads, and the images each took through the network together.
    package var threads: Int, batchSize: Int
  }

  /// A shard that became part of a dump.
  package struct MergedShard: Codable, Sendable, Hashable {
    /// Which shard.
    package var index: Int
    /// Where and when it was made.
    package var host: HostSummary
    /// When it began and ended.
    package var started: String, ended: String?

    /// Says where a shard came from.
    package init(index: Int, host: HostSummary, started: String, ended: String?) {
      (self.index, self.host, self.started, self.ended) = (index, host, started, ended)
    }
  }

  /// A program.
  package struct Tool: Codable, Sendable, Hashable {
    /// Its name and version.
    package var name = "activation-dump", version = toolVersion

    /// This program.
    package init() {}
  }

  /// The version of this format.
  package var schema = 1
  /// What wrote the dump.
  package var tool = Tool()
  /// The command line.
  package var arguments: [String]
  /// The network's identifier.
  package var model: String
  /// Its weights.
  package var weights: WeightsSummary
  /// How images became inputs.
  package var preprocessing: PreprocessingSummary
  /// The arithmetic, the kernels and what was kept of a layer.
  package var precision: String, tier: String, reduce: String
  /// What is kept of the activations, unless it is all.
  package var extremes: Extremes?
  /// The network's head, unless it is the published one.
  package var head: Head?
  /// The recorded layers.
  package var layers: [Array]
  /// The baselines of the recorded layers, where they were asked for.
  package var baselines: [BaselineFile]?
  /// What the network returned; none without a head.
  package var logits: Array?
  /// The images.
  package var images: ImagesSummary
  /// Which part of the images this is, unless it is all of them.
  package var shard: ShardSummary?
  /// What was to happen to images that cannot be read.
  package var onError: ErrorPolicy
  /// The machine.
  package var host: HostSummary
  /// When the dump began and ended.
  package var started: String, ended: String?
  /// How far it got.
  package var state: State
  /// The rows that are in the files, as half-open ranges, unless all are.
  package var rowsDone: [[Int]]?
  /// What stopped it.
  package var failure: String?
  /// The number of times it was resumed.
  package var resumed: Int?
  /// The shards it was put together from.
  package var merged: [MergedShard]?
}
