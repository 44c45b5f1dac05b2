public import Tensor

/// Why a plan cannot be made.
public enum PlanError: Error, Equatable, CustomStringConvertible {
  /// A tap names nothing in the graph.
  case unknownActivation(String)
  /// The parameters do not fit the graph.
  case binding(BindingError)
  /// The tier's kernels do not have the arithmetic.
  case precision(Precision, Tier)
  /// The library that the tier's kernels stand on is not installed.
  case noLibrary(Tier)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .unknownActivation(let name): "the model has no layer named '\(name)'"
    case .binding(let problems): "the weights do not fit the model: \(problems)"
    case .noLibrary(let tier) where !Tier.canLoadLibraries:
      "the \(tier) kernels need OpenBLAS, which this program, linked statically, cannot load: choose another --tier, "
        + "or build the program from source"
    case .noLibrary(let tier):
      "the \(tier) kernels need OpenBLAS, and libopenblas.so.0 cannot be loaded: install it, or choose another --tier"
    case .precision(let precision, let tier):
      "the \(tier) kernels have no \(precision.rawValue), which needs AMX: use --precision fp32"
        + (Tier.named("amx-emulated")?.supports(precision) == true
          ? ", or --tier amx-emulated, which gives the bytes of AMX slowly" : "")
    }
  }
}

/// A graph made runnable: parameters bound, operations fused, weights packed, memory laid out.
///
/// A plan never changes after it is made; share it across threads and give each thread its own ``Workspace``.
public struct Plan: Sendable {
  /// What a plan is made for, beyond its graph.
  public struct Options: Sendable {
    /// The kernels to run on.
    public var tier: Tier = .best
    /// The arithmetic.
    public var precision: Precision = .fp32
    /// The rewrites that may be made.
    public var rewrites: Rewrites = .all

    /// Creates the defaults: the fastest tier, fp32, every rewrite.
    public init() {}
  }

  /// One result of a run, per image.
  public struct Output: Sendable, Hashable {
    /// The name it was asked for by.
    public let name: String
    /// Its shape for one image, after reduction.
    public let shape: Shape
  }

  /// The input for one image, channels × height × width.
  public let inputShape: Shape
  /// What a run records, in the order asked for.
  public let taps: [Output]
  /// The shape of each recorded value for one image, before reduction: channels × height × width, tokens × channels, or
  /// channels.
  public let tapShapes: [Shape]
  /// Whether runs also take what the baselines of every unit add up.
  public let takesBaselines: Bool
  /// What the model returns: logits, or the embedding.
  public let output: Output
  /// What the plan was made for.
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
  ///   - parameters: Where its parameters are; names are the graph's.
  ///   - names: Names from ``Graph/names`` that each run records.
  ///   - reduction: What is kept of them.
  ///   - baselines: Whether sparsity and local contrast of every unit are measured, too; every tapped value is then
  ///     written to memory once.
  ///   - options: Tier, precision and rewrites.
  /// - Throws: ``PlanError`` for a precision the tier has not, for an unknown name, or for parameters that do not fit,
  ///   all of them at once; the source's own error when a tensor cannot be read.
  public init(
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

  /// Bytes of the packed weights, which all workspaces share.
  package var packedBytes: Int {
    steps.reduce(0) { $0 + $1.buffers.reduce(0) { $0 + $1.count } } * MemoryLayout<Float>.size
  }
}
