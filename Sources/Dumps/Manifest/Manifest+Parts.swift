package import Datasets
import Machine

extension Manifest {
  /// The part of the images that a dump records.
  package struct ShardSummary: Codable, Sendable {
    /// The index of the part, from 0, and the number of parts.
    package var index: Int, count: Int
    /// The row of its first image in the list of all images, and the number of all images.
    package var firstRow: Int, imagesOfAll: Int
    /// The Slurm job array whose task recorded the part, if that task chose the part.
    package var arrayJob: String?

    /// Describes one part of the images.
    package init(index: Int, count: Int, firstRow: Int, imagesOfAll: Int, arrayJob: String?) {
      (self.index, self.count, self.firstRow, self.imagesOfAll) = (index, count, firstRow, imagesOfAll)
      self.arrayJob = arrayJob
    }
  }
}

extension Manifest.ImagesSummary {
  /// The path in ``source``, in the form of ``PathText``.
  package var place: String? { source.map { PathText.text(EscapedText.unescapedBytes($0.utf8)) } }
}

extension Manifest {
  /// Describes a dump that begins, without its files.
  package init(
    arguments: [String], model: String, weights: WeightsSummary, preprocessing: PreprocessingSummary,
    precision: String, tier: String, reduce: String, head: Head?, images: ImagesSummary, shard: ShardSummary?,
    onError: ErrorPolicy,
    host: HostSummary, started: String, ended: String?, state: State
  ) {
    (self.arguments, self.model, self.weights, self.preprocessing) = (
      arguments, model, weights, preprocessing
    )
    (self.precision, self.tier, self.reduce) = (precision, tier, reduce)
    (self.head, layers) = (head, [])
    (self.images, self.shard, self.onError, self.host) = (images, shard, onError, host)
    (self.started, self.ended, self.state) = (started, ended, state)
  }
}

extension Manifest.Array {
  /// Describes a file that is not complete.
  package init(
    name: String?, studyName: String?, file: String, shape: [Int], dtype: String, unitMajor: Bool?,
    units: [Int]?
  ) {
    (self.name, self.studyName, self.file, self.shape) = (name, studyName, file, shape)
    (self.dtype, self.unitMajor, self.units) = (dtype, unitMajor, units)
  }
}

extension Manifest.BaselineFile {
  /// Names a file that is not complete.
  package init(name: String, studyName: String?, file: String) {
    (self.name, self.studyName, self.file) = (name, studyName, file)
  }
}

extension Manifest.ImagesSummary {
  /// Describes the images; none is skipped yet.
  package init(
    source: String?, count: Int, layout: ImageList.Layout, labels: ImageList.Labels, listSha256: String,
    imageKeys: [String]?, remarks: [String]?
  ) {
    (self.source, self.count, self.layout) = (source, count, layout)
    (self.labels, self.listSha256) = (labels, listSha256)
    (self.imageKeys, self.remarks) = (imageKeys, remarks)
  }
}
