package import Checkpoints
public import Images
public import Layers
import Machine
public import Models
import Synchronization
public import Tensor

/// A network with its weights, ready to run.
///
/// Initialisation reads and packs the weights once. Several threads can run the same network.
public struct Network: Sendable {
  /// The model, with the head of the weights.
  public let model: Model
  /// The source of the weights.
  public var weights: Weights { identity.weights }
  /// The layers that every run records: canonical names in the order requested.
  public let layers: [String]
  /// The reduction of each layer's activations.
  public let reduction: Reduction
  /// The plan that a run executes.
  public let plan: Plan
  /// The kernels and the numeric precision.
  public let options: Plan.Options
  /// The version of Pillow whose decoding and resizing of image files is reproduced.
  public let pillow: PillowVersion
  /// The checkpoint of the weights; `nil` for generated weights.
  package var checkpoint: Checkpoint? { identity.checkpoint }
  /// The identity of the weights, with remarks for the user.
  package let identity: WeightsIdentity
  package let classes: Classes

  private let runners = RunnerPool()

  /// Loads a network.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - weights: The source of the parameters.
  ///   - layers: The layers to record, in PyTorch's spelling (`layer4.2.conv3`) or the study's
  ///     (`layer4_2_conv3`).
  ///   - reduction: The reduction of each layer's activations.
  ///   - baselines: Whether runs also measure the sums for the baselines of every unit.
  ///   - options: The kernels and the numeric precision.
  ///   - pillow: The version of Pillow whose decoding and resizing of image files is reproduced.
  /// - Throws: ``UnknownName`` for a layer; ``Failure`` for a file, for weights that do not fit (with all
  ///   faults), and for weights that are known to be those of another network.
  public init(
    _ model: Model, weights: Weights, recording layers: [String] = [], reduction: Reduction = .mean,
    baselines: Bool = false, options: Plan.Options = Plan.Options(), pillow: PillowVersion = .standard
  ) throws {
    try self.init(
      WeightsIdentity(model, weights), recording: layers, reduction: reduction, baselines: baselines,
      options: options, pillow: pillow)
  }

  /// Loads weights that have been examined.
  package init(
    _ identity: WeightsIdentity, recording layers: [String] = [],
    reduction: Reduction = .mean, baselines: Bool = false, options: Plan.Options = Plan.Options(),
    pillow: PillowVersion = .standard
  ) throws {
    let model = identity.model
    self.identity = identity
    let graph = try model.graph()
    let names = try layers.map { try model.layer(named: $0) }
    (self.model, self.layers, self.reduction, self.options) = (model, names, reduction, options)
    self.pillow = pillow
    classes = Classes(model: model)
    plan = try Plan(
      graph, parameters: identity.parameters(), taps: names, reduction: reduction,
      baselines: baselines, options: options)
  }

  /// Runs the network on an image file (JPEG or PNG), with the preprocessing of the network's training.
  ///
  /// - Throws: `ImageError` when the file cannot be read.
  public func run(imageAt path: String) throws -> Record {
    try withRunner { runner in
      try runner.load(path, into: 0)
      runner.run(images: 1)
      return record(of: 0, in: runner.workspace)
    }
  }

  /// Runs the network on a preprocessed input, channels × height × width.
  ///
  /// - Throws: ``Failure`` when the shape is not that of the network's input.
  public func run(_ input: Tensor) throws -> Record {
    guard input.shape == model.inputShape else {
      throw Failure(
        .badData, "\(model.identifier) takes an input of \(model.inputShape), not \(input.shape)")
    }
    return withRunner { runner in
      runner.workspace.setInput(of: 0, input)
      runner.run(images: 1)
      return record(of: 0, in: runner.workspace)
    }
  }

  /// Creates the state that one thread needs to run image files.
  package func runner(batchSize: Int) -> Runner {
    Runner(plan, model.preprocessing, pillow: pillow, batchSize: batchSize)
  }

  private func withRunner<R>(_ body: (Runner) throws -> R) rethrows -> R {
    let runner = runners.take() ?? runner(batchSize: 1)
    defer { runners.put(runner) }
    return try body(runner)
  }

  /// Copies the recorded results of one image from a workspace.
  package func record(of image: Int, in workspace: Workspace) -> Record {
    var recorded: [String: Tensor] = [:]
    for (index, tap) in plan.taps.enumerated() {
      recorded[tap.name] = workspace.withTap(index, of: image) { Tensor(shape: tap.shape, Array($0)) }
    }
    let output = workspace.withOutput(of: image) { Tensor(shape: plan.output.shape, Array($0)) }
    return Record(layers: recorded, output: output, model: model, classes: classes)
  }
}

/// A pool of idle runners for batches of one image.
private final class RunnerPool: Sendable {
  /// The idle runners. A runner is either in this array, or in use by the one thread that took it.
  private struct Idle: @unchecked Sendable {
    var runners: [Runner] = []
  }
  private let idle = Mutex(Idle())

  func take() -> Runner? {
    // SAFETY: a runner that is taken out has no other user until it is put back.
    nonisolated(unsafe) var taken: Runner?
    idle.withLock { taken = $0.runners.popLast() }
    return taken
  }

  func put(_ runner: Runner) {
    nonisolated(unsafe) let runner = runner
    idle.withLock { $0.runners.append(runner) }
  }
}
