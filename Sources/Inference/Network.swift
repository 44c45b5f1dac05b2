package import Checkpoints
public import Images
public import Layers
import Machine
public import Models
import Synchronization
public import Tensor

/// A network with its weights, ready to run.
///
/// Making one reads and packs the weights once; running it is safe from any number of threads.
public struct Network: Sendable {
  /// Which network it is, with the head its weights have.
  public let model: Model
  /// Where its weights came from.
  public var weights: Weights { identity.weights }
  /// The layers that every run records, canonical names in the order asked for.
  public let layers: [String]
  /// What is kept of a layer.
  public let reduction: Reduction
  /// What a run executes.
  public let plan: Plan
  /// The kernels and the arithmetic.
  public let options: Plan.Options
  /// The Pillow whose inputs image files become.
  public let pillow: PillowVersion
  /// What is known of the weights' file.
  package var checkpoint: Checkpoint? { identity.checkpoint }
  /// Whose weights they are, and what their user should know.
  package let identity: WeightsIdentity
  package let classes: Classes

  private let runners = RunnerPool()

  /// Loads a network.
  ///
  /// - Parameters:
  ///   - model: Which network.
  ///   - weights: Where its parameters are.
  ///   - layers: What to record, in PyTorch's spelling (`layer4.2.conv3`) or the study's (`layer4_2_conv3`).
  ///   - reduction: What to keep of a layer.
  ///   - baselines: Whether runs also measure what the baselines of every unit add up.
  ///   - options: The kernels and the arithmetic.
  ///   - pillow: The Pillow whose inputs image files become.
  /// - Throws: ``UnknownName`` for a layer; ``Failure`` for a file, and for weights that do not
  ///   fit, all of them at once, or that are known to be another network's.
  public init(
    _ model: Model, weights: Weights, recording layers: [String] = [], reduction: Reduction = .mean,
    baselines: Bool = false, options: Plan.Options = Plan.Options(), pillow: PillowVersion = .standard
  ) throws {
    try self.init(
      WeightsIdentity(model, weights), recording: layers, reduction: reduction, baselines: baselines,
      options: options, pillow: pillow)
  }

  /// Loads weights that have been looked at.
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

  /// Runs an image file: JPEG or PNG, preprocessed as the network was trained.
  ///
  /// - Throws: `ImageError` when the file cannot be read.
  public func run(imageAt path: String) throws -> Record {
    try withRunner { runner in
      try runner.load(path, into: 0)
      runner.run(images: 1)
      return record(of: 0, in: runner.workspace)
    }
  }

  /// Runs a preprocessed input, channels × height × width.
  ///
  /// - Throws: ``Failure`` when the shape is not the network's.
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

  /// Makes what one more thread needs to run image files.
  package func runner(batchSize: Int) -> Runner {
    Runner(plan, model.preprocessing, pillow: pillow, batchSize: batchSize)
  }

  private func withRunner<R>(_ body: (Runner) throws -> R) rethrows -> R {
    let runner = runners.take() ?? runner(batchSize: 1)
    defer { runners.put(runner) }
    return try body(runner)
  }

  /// Copies what a workspace recorded of one image.
  package func record(of image: Int, in workspace: Workspace) -> Record {
    var recorded: [String: Tensor] = [:]
    for (index, tap) in plan.taps.enumerated() {
      recorded[tap.name] = workspace.withTap(index, of: image) { Tensor(shape: tap.shape, Array($0)) }
    }
    let output = workspace.withOutput(of: image) { Tensor(shape: plan.output.shape, Array($0)) }
    return Record(layers: recorded, output: output, model: model, classes: classes)
  }
}

/// Runners for one image that wait to be used again.
private final class RunnerPool: Sendable {
  /// A runner is in this array, or in the hands of the one thread that took it out.
  private struct Idle: @unchecked Sendable {
    var runners: [Runner] = []
  }
  private let idle = Mutex(Idle())

  func take() -> Runner? {
    // SAFETY: what is taken out is nobody else's until it is put back.
    nonisolated(unsafe) var taken: Runner?
    idle.withLock { taken = $0.runners.popLast() }
    return taken
  }

  func put(_ runner: Runner) {
    nonisolated(unsafe) let runner = runner
    idle.withLock { $0.runners.append(runner) }
  }
}
