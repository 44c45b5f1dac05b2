package import Machine
public import Tensor

/// The reason that a plan cannot be made.
package enum PlanError: Explained, Equatable {
  /// The graph has no activation with the name of a tap.
  case unknownActivation(String)
  /// The parameters do not fit the graph.
  case binding(BindingError)
  /// The tier's kernels do not support the precision.
  case precision(Precision, Tier)
  /// The library that the tier's kernels need is not installed.
  case noLibrary(Tier)

  /// Weights and names of layers are data; tier and precision are settings.
  public var kind: Failure.Kind {
    switch self {
    case .unknownActivation, .binding: .badData
    case .precision, .noLibrary: .usage
    }
  }

  /// What does not go together, and for a setting which other would.
  public var sentence: Sentence {
    switch self {
    case .unknownActivation(let name): "the model has no layer named '\(name)'"
    case .binding(let problems): "the weights do not fit the model: \(problems)"
    case .noLibrary(let tier) where !Tier.canLoadLibraries:
      "the \(tier) kernels need OpenBLAS, which this program, linked statically, cannot load: choose another \(.tier), "
        + "or build the program from source"
    case .noLibrary(let tier):
      "the \(tier) kernels need OpenBLAS, and libopenblas.so.0 cannot be loaded: install it, or choose another \(.tier)"
    case .precision(let precision, let tier):
      "the \(tier) kernels have no \(precision.rawValue), which needs AMX: use \(.precision, "fp32")"
        + (Tier.named("amx-emulated")?.supports(precision) == true
          ? ", or \(.tier, "amx-emulated"), which gives the bytes of AMX slowly" : "")
    }
  }
}

/// A graph that is ready to run: parameters are bound, operations fused, weights packed and memory laid out.
///
/// A plan is immutable. Share it across threads, and use a ``Workspace`` per thread.
public struct Plan: Sendable {
  /// The options of a plan.
  public struct Options: Sendable {
    /// The tier whose kernels run.
    public var tier: Tier = .best
    /// The arithmetic precision.
    public var precision: Precision = .fp32
    /// The permitted rewrites.
    package var rewrites: Rewrites = .all

    /// Creates the default options: the fastest tier, fp32, every rewrite.
    public init() {}
  }

  /// One result of a run, per image.
  public struct Output: Sendable, Hashable {
    /// The requested name.
    public let name: String
    /// The shape for one image, after reduction.
    public let shape: Shape
  }

  /// The input shape for one image, channels × height × width.
  public let inputShape: Shape
  /// The values that a run records, in the requested order.
  public let taps: [Output]
  /// The shape of each recorded value for one image, before reduction: channels × height × width, tokens × channels, or
  /// channels.
  public let tapShapes: [Shape]
  /// Whether runs also take the sums for the baselines of every unit.
  public let takesBaselines: Bool
  /// The model's output: logits or an embedding.
  public let output: Output
  /// The options with which the plan was made.
  public let options: Options

  package let steps: [PackedStep]
  package let shapes: [Shape]
  package let storage: Storage
  package let meanTaps: [MeanTap]
  package let slots: [SumSlot]
  package let inputValue: Int
  package let outputValue: Int

  /// Makes a plan.
  ///
  /// - Parameters:
  ///   - graph: The model.
  ///   - parameters: The source of the parameters, by the graph's names.
  ///   - names: Names from ``Graph/names`` that each run records.
  ///   - reduction: The reduction of the recorded values.
  ///   - baselines: Whether the sparsity and local contrast of every unit are also measured. Every tapped
  ///     value is then written to memory once.
  ///   - options: Tier, precision and rewrites.
  /// - Throws: ``PlanError`` for a precision that the tier does not support, for an unknown name, or for
  ///   parameters that do not fit (all of them at once); the source's own error when a tensor cannot be read.
  package init(
    _ graph: Graph, parameters: any TensorSource, taps names: [String] = [], reduction: Reduction = .mean,
    baselines: Bool = false, options: Options = Options()
  ) throws {
    guard options.tier.supports(options.precision) else {
      throw PlanError.precision(options.precision, options.tier)
    }
    let values = try names.map { name throws(PlanError) in
      guard let value = graph.index(of: name) else { throw .unknownActivation(name) }
      return value
    }
    do { try graph.check(parameters) } catch { throw PlanError.binding(error) }

    let output = graph.nodes.count - 1
    let pinned = reduction == .mean && !baselines ? [output] : Set(values + [output])
    var program = try Program(graph, parameters: parameters, pinned: pinned)
    program.fuse(options.rewrites, tapped: Set(values))
    if reduction == .mean {
      (meanTaps, slots) = program.takeMeans(of: values, options.rewrites)
    } else {
      (meanTaps, slots) = ([], [])
      for (tap, value) in values.enumerated() {
        program.record(value, RecordValues(tap: tap, reduction: reduction))
      }
    }
    if baselines {
      for (tap, value) in values.enumerated() { program.record(value, RecordBaselines(tap: tap)) }
    }
    program.removeDeadSteps(keeping: [output])

    inputValue = 0
    outputValue = output
    inputShape = program.shapes[0]
    takesBaselines = baselines
    tapShapes = values.map { [shapes = program.shapes] in shapes[$0] }
    taps = zip(names, values).map { name, value in
      Output(name: name, shape: reduction.shape(of: program.shapes[value]))
    }
    self.output = Output(name: graph.output, shape: program.shapes[output])
    self.options = options
    shapes = program.shapes
    storage = Storage(for: program, rewrites: options.rewrites, input: 0, output: output)
    guard options.tier.prepare() else { throw PlanError.noLibrary(options.tier) }
    steps = PackedStep.pack(program, in: storage, for: options)
  }

  /// The number of bytes of packed weights, which all workspaces share.
  package var packedBytes: Int {
    steps.reduce(0) { $0 + $1.buffers.reduce(0) { $0 + $1.count } } * MemoryLayout<Float>.size
  }
}
