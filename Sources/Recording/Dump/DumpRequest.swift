public import Datasets
public import Dumps
public import Formats
public import Images
public import Inference
public import Layers
public import Machine
public import Models
import Statistics
public import Tensor
public import Units

/// What to record, from what, into what.
public struct DumpRequest: Sendable {
  /// The network.
  public var model: Model
  /// Its weights.
  public var weights: Weights
  /// What the weights were found to be, where somebody has looked.
  package var identity: WeightsIdentity?
  /// A folder, a list or archives of images; see ``ImageList/read(_:imageKeys:)``.
  public var images: String
  /// Which members of a sample in archives are its images: see ``ImageList/read(_:imageKeys:)``.
  public var imageKeys: [String] = []
  /// A file of their labels; see ``ImageList/label(from:)``.
  public var labels: String?
  /// The folder to make.
  public var output: String
  /// The layers to record and, where not all, their units.
  public var layers: [LayerUnits]
  /// What to keep of a layer.
  public var reduction = Reduction.mean
  /// What to keep of the activations.
  public var keep = Retention.all
  /// The rows whose activations are kept beside extremes.
  package var sampleRows = RowSample.defaultCount
  /// The rows that are spilled before they are folded into a snapshot of extremes, unless memory decides.
  public var spillRows: Int?
  /// The type of the numbers of layers.
  public var valueType = ValueType.float32
  /// Whether files have a unit's numbers together, units × images.
  public var isUnitMajor = false
  /// Whether to measure sparsity and local contrast of every unit, too.
  public var baselines = false
  /// The kernels and the arithmetic.
  public var options = Plan.Options()
  /// The Pillow whose inputs images become; by default that of the dump that is resumed, or the newest.
  public var pillow: PillowVersion?
  /// The images a thread takes through the network together.
  public var batchSize = 8
  /// The threads.
  public var threads = ProcessorCount.available
  /// Only so many images, the first ones.
  public var limit: Int?
  /// Only one part of the images.
  public var shard: Shard?
  /// The task of a job array that chose the part, where one did.
  public var arrayTask: ArrayTask?
  /// What to do about a dump in the place of the output.
  public var existing = ExistingOutput.refuse
  /// What to do about images that cannot be read.
  public var onError = ErrorPolicy.fail
  /// The command line, for the manifest.
  public var arguments: [String] = []
  /// How the manifest names settings, in its remarks and where it says why the dump failed.
  public var wording = Sentence.Wording.plain

  /// Creates a request for every unit of some layers.
  public init(model: Model, weights: Weights, images: String, output: String, layers: [LayerUnits]) {
    (self.model, self.weights, self.images, self.output, self.layers) = (
      model, weights, images, output, layers
    )
  }

  /// What would run on each batch of images, step by step; neither images nor the output are looked at.
  ///
  /// - Throws: What loading the weights throws.
  public func explanation() throws -> String { try network().plan.description }

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
