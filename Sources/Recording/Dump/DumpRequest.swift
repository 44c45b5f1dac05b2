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

/// What to record, from what, into what.
package struct DumpRequest: Sendable {
  /// The network.
  package var model: Model
  /// Its weights.
  package var weights: Weights
  /// What the weights were found to be, where somebody has looked.
  package var identity: WeightsIdentity?
  /// A folder, a list or archives of images; see ``ImageList/read(_:imageKeys:)``.
  package var images: String
  /// Which members of a sample in archives are its images: see ``ImageList/read(_:imageKeys:)``.
  package var imageKeys: [String] = []
  /// A file of their labels; see ``ImageList/label(from:)``.
  package var labels: String?
  /// The folder to make.
  package var output: String
  /// The layers to record and, where not all, their units.
  package var layers: [LayerUnits]
  /// What to keep of a layer.
  package var reduction = Reduction.mean
  /// What to keep of the activations.
  package var keep = Retention.all
  /// The rows whose activations are kept beside extremes.
  package var sampleRows = RowSample.defaultCount
  /// The rows that are spilled before they are folded into a snapshot of extremes, unless memory decides.
  package var spillRows: Int?
  /// The type of the numbers of layers.
  package var valueType = ValueType.float32
  /// Whether files have a unit's numbers together, units × images.
  package var isUnitMajor = false
  /// Whether to measure sparsity and local contrast of every unit, too.
  package var baselines = false
  /// The kernels and the arithmetic.
  package var options = Plan.Options()
  /// The Pillow whose inputs images become; by default that of the dump that is resumed, or the newest.
  package var pillow: PillowVersion?
  /// The images a thread takes through the network together.
  package var batchSize = 8
  /// The threads.
  package var threads = ProcessorCount.available
  /// Only so many images, the first ones.
  package var limit: Int?
  /// Only one part of the images.
  package var shard: Shard?
  /// The task of a job array that chose the part, where one did.
  package var arrayTask: ArrayTask?
  /// What to do about a dump in the place of the output.
  package var existing = ExistingOutput.refuse
  /// What to do about images that cannot be read.
  package var onError = ErrorPolicy.fail
  /// The command line, for the manifest.
  package var arguments: [String] = []
  /// How the manifest names settings, in its remarks and where it says why the dump failed.
  package var wording = Sentence.Wording.plain

  /// Creates a request for every unit of some layers.
  package init(model: Model, weights: Weights, images: String, output: String, layers: [LayerUnits]) {
    (self.model, self.weights, self.images, self.output, self.layers) = (
      model, weights, images, output, layers
    )
  }

  /// What would run on each batch of images, step by step; neither images nor the output are looked at.
  ///
  /// - Throws: What loading the weights throws.
  package func explanation() throws -> String { try network().plan.description }

  /// Refuses what contradicts itself.
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
