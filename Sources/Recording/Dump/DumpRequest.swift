package import Datasets
package import Dumps
package import Formats
package import Images
package import Inference
package import Layers
package import Machine
package import Models
import Statistics
package import Tensor
package import Units

/// The settings of a recording: the network, the images, the output and the form of the values.
package struct DumpRequest: Sendable {
  /// The network.
  package var model: Model
  /// Its weights.
  package var weights: Weights
  /// The identity of the weights, if it was determined before.
  package var identity: WeightsIdentity?
  /// A folder, a list or archives of images; see ``ImageList/read(_:imageKeys:)``.
  package var images: String
  /// The members of each sample in archives that are its images: see ``ImageList/read(_:imageKeys:)``.
  package var imageKeys: [String] = []
  /// A file of their labels; see ``ImageList/label(from:)``.
  package var labels: String?
  /// The folder to make.
  package var output: String
  /// The layers to record, with their units where not all are recorded.
  package var layers: [LayerUnits]
  /// The reduction of a layer's value.
  package var reduction = Reduction.mean
  /// The part of the activations to keep.
  package var keep = Retention.all
  /// The number of rows whose activations are kept beside extremes.
  package var sampleRows = RowSample.defaultCount
  /// The number of rows that are spilled before they are folded into a snapshot of extremes; by default, the
  /// available memory decides.
  package var spillRows: Int?
  /// The dtype of the layers' numbers.
  package var valueType = ValueType.float32
  /// Whether files are unit-major: units × images, with the numbers of one unit contiguous.
  package var isUnitMajor = false
  /// Whether to measure sparsity and local contrast of every unit as well.
  package var baselines = false
  /// The kernels and the arithmetic.
  package var options = Plan.Options()
  /// The Pillow whose preprocessing is reproduced; by default that of the resumed dump, or the newest.
  package var pillow: PillowVersion?
  /// The number of images in each thread's batch.
  package var batchSize = 8
  /// The number of threads.
  package var threads = ProcessorCount.available
  /// The number of images to record, from the first; `nil` for all images.
  package var limit: Int?
  /// The part of the images to record; `nil` for all images.
  package var shard: Shard?
  /// The task of a job array that chose the part, if one did.
  package var arrayTask: ArrayTask?
  /// The policy for an existing dump at the output.
  package var existing = ExistingOutput.refuse
  /// The policy for images that cannot be read.
  package var onError = ErrorPolicy.fail
  /// The command line, for the manifest.
  package var arguments: [String] = []
  /// The wording of settings in the manifest's remarks, and in its description of a failure.
  package var wording = Sentence.Wording.plain

  /// Creates a request for every unit of some layers.
  package init(model: Model, weights: Weights, images: String, output: String, layers: [LayerUnits]) {
    (self.model, self.weights, self.images, self.output, self.layers) = (
      model, weights, images, output, layers
    )
  }

  /// Returns the plan of the network for a batch of images, step by step. Neither images nor the output are
  /// read.
  ///
  /// - Throws: The errors of loading the weights.
  package func explanation() throws -> String { try network().plan.description }

  /// Throws if settings contradict each other.
  ///
  /// - Throws: ``Failure`` of kind `usage`.
  func check() throws(Failure) {
    guard batchSize > 0, threads > 0, limit ?? 1 > 0 else {
      throw Failure(.usage, "batch size, threads and limit have to be at least 1")
    }
    if reduction == .none && (keep != .all || isUnitMajor) {
      throw Failure(
        .usage,
        "\(.reduce, "none") keeps many numbers for each unit and image, and \(keep == .all ? "\(.unitMajor)" : "\(.keep, "extremes")")"
          + " is for one", remedy: "give \(.reduce, "mean"), max or token0")
    }
    if keep != .all && (isUnitMajor || valueType != .float32) {
      throw Failure(
        .usage,
        "\(.keep, "extremes") writes no matrix that \(.dtype) and \(.unitMajor) could change",
        remedy: "leave one of them out")
    }
  }

  func network() throws -> Network {
    try Network(
      identity ?? WeightsIdentity(model, weights), recording: self.layers.map(\.layer),
      reduction: reduction, baselines: baselines, options: options, pillow: pillow ?? .standard)
  }
}
