public import Images
public import Layers
public import Machine
public import Tensor
package import Units

/// A network: its description, its names, its input, the meaning of its outputs and where its weights come from.
///
/// Those of the catalogue are in ``all``; ``init(_:displayName:paper:network:input:output:relevantLayers:weights:seededDamping:)``
/// makes others.
public struct Model: Sendable {
  /// The name users choose it by: `resnet50`.
  public let identifier: String
  /// The name figures show: `ResNet-50`.
  public let displayName: String
  /// The paper's title and where to read it; `nil` where there is none.
  public let paper: String?
  /// The input.
  public let input: ModelInput
  /// The meaning of the outputs of the published head.
  public private(set) var output: ModelOutput
  /// Its trained weights.
  public let weights: TrainedWeights
  /// Its head: the layers that make the outputs.
  package private(set) var head = Head.published
  /// The number of values it returns: class scores, or an embedding; 0 without a head.
  public private(set) var outputs: Int
  /// Every list of layers worth recording; ``relevantLayers`` is the first.
  package private(set) var relevantLayerVariants: [LayerList] = []

  /// The name of the head; `nil` for a network that has one head only.
  let headName: String?
  /// The outputs in the published weights.
  public private(set) var publishedOutputs = 0
  let seededDamping: KeyValuePairs<String, Double>
  private var network: any Block
  private let rules: [RelevanceRule]
  private var shapes: [String: Shape] = [:]
  private var lookup = LayerLookup([])

  /// Creates a network, of the catalogue or not.
  ///
  /// ```swift
  /// struct TwoLayers: Block {
  ///   func callAsFunction(_ image: Value) throws(GraphError) -> Value {
  ///     try image.conv2d("conv", 8, kernel: 3, stride: 2, bias: true).relu("relu").globalAveragePool().linear("fc", 10)
  ///   }
  /// }
  /// let model = Model("two-layers", network: TwoLayers(), input: .image(.imageNet))
  /// ```
  ///
  /// A description that contradicts itself has no layers, and ``graph()`` says why.
  ///
  /// - Parameters:
  ///   - identifier: The name users choose it by, and that dumps keep: letters, digits, `.`, `-` and `_`. None of the
  ///     catalogue's for another network.
  ///   - displayName: The name figures show; by default the identifier.
  ///   - paper: The paper's title and where to read it.
  ///   - network: Its figure, as ``Value``s. One that is ``Headed`` also takes weights with another head, or none.
  ///   - input: The input.
  ///   - output: The meaning of the outputs. Classes need as many outputs as their order has; others are
  ///     ``ModelOutput/numbers``.
  ///   - rules: Rules for the lists of layers worth recording; the first, called `relevant`, is recorded by default.
  ///   - weights: Its trained weights.
  ///   - seededDamping: Words of parameters' names, and factors that keep weights made from a seed small there; see
  ///     ``SeededWeights``.
  public init(
    _ identifier: String, displayName: String? = nil, paper: String? = nil, network: any Block,
    input: ModelInput, output: ModelOutput = .numbers, relevantLayers rules: [RelevanceRule] = [],
    weights: TrainedWeights = .unpublished, seededDamping: KeyValuePairs<String, Double> = [:]
  ) {
    (self.identifier, self.displayName) = (identifier, displayName ?? identifier)
    (self.paper, self.input, self.weights) = (paper, input, weights)
    (self.network, self.rules, self.seededDamping) = (network, rules, seededDamping)
    self.output = output
    let headed = network as? any Headed
    headName = headed.map { type(of: $0).head }
    outputs = headed?.outputs ?? 0
    if headed != nil && headed?.outputs == nil { head = .absent }
    describe()
    publishedOutputs = outputs
    if case .classes(let order, _) = output, order.outputs != outputs { self.output = .numbers }
  }

  /// How an image becomes the input.
  public var preprocessing: Preprocessing {
    switch input {
    case .image(let preprocessing): preprocessing
    }
  }

  /// The shape of the input for one image, channels × height × width.
  public var inputShape: Shape { input.shape }
  /// Where the trained weights are published; `nil` for a network that means none in particular.
  package var checkpoint: CheckpointSource? { weights.published }
  /// The files of the published weights, best first.
  package var publishedFiles: [CheckpointSource.File] { checkpoint?.files ?? [] }
  /// Top-1 accuracy on ImageNet's validation set as published for the weights (CLIP: zero-shot).
  public var publishedTop1: Double? { weights.top1 }

  /// The study's layers, canonical names in the study's order of enumeration.
  public var relevantLayers: [String] { relevantLayerVariants.first?.layers ?? [] }

  /// Every activation that can be recorded, canonical names in PyTorch's order: parents before children.
  public private(set) var layers: [String] = []

  /// The shape of an activation for one image, `nil` when there is none of that canonical name.
  public func shape(ofLayer layer: String) -> Shape? { shapes[layer] }

  /// Records the network's description; cheap.
  ///
  /// - Throws: ``GraphError`` if the description contradicts itself, a defect of ours.
  public func graph() throws(GraphError) -> Graph { try Self.record(network, input.shape) }

  /// The study's spelling of a canonical layer name: `layer1_0_conv1`, `visual_layer1_0_conv1`.
  public func studyName(of layer: String) -> String { LayerNames.studyName(of: layer) }

  /// The canonical name of a layer given in either spelling; the `visual` prefix of CLIP may be left out.
  ///
  /// - Throws: ``UnknownName`` with the nearest layers of this network.
  public func layer(named name: String) throws(UnknownName) -> String {
    if let layer = lookup[name] { return layer }
    throw lookup.unknown(name, .layer(model: identifier))
  }

  /// The same network with another head; the same where it has one head only.
  func with(_ head: Head) -> Model {
    guard var headed = network as? any Headed else { return self }
    var model = self
    model.head = head
    headed.outputs =
      switch head {
      case .published: publishedOutputs == 0 ? nil : publishedOutputs
      case .outputs(let count): count
      case .absent: nil
      }
    model.network = headed
    model.outputs = headed.outputs ?? 0
    model.describe()
    return model
  }

  /// Where the output holds the score of a class in PyTorch's order: the same, but for Lucid's `googlenet`.
  ///
  /// - Precondition: `torchIndex` is in 0..<1000.
  public func outputIndex(ofClass torchIndex: Int) -> Int {
    switch classOrder {
    case .torch: torchIndex
    case .lucid: LucidClasses.indices[torchIndex]
    }
  }

  private var classOrder: ModelOutput.ClassOrder {
    if case .classes(let order, _) = output { order } else { .torch }
  }

  /// Takes names, shapes and, where there is one head only, the number of outputs from the description.
  private mutating func describe() {
    // A description that contradicts itself has no layers here; `graph()` reports it.
    let graph = (try? Self.record(network, input.shape)) ?? Graph()
    layers = LayerNames.inRegistrationOrder(graph.names)
    shapes = Dictionary(layers.map { ($0, graph.shape(of: $0) ?? []) }) { first, _ in first }
    lookup = LayerLookup(layers)
    if headName == nil { outputs = graph.shape(of: graph.output)?.count ?? 0 }
    let names = layers
    relevantLayerVariants = rules.map { $0.list(from: names) }
  }

  private static func record(_ network: any Block, _ shape: Shape) throws(GraphError) -> Graph {
    let graph = Graph()
    _ = try network(graph.input(shape))
    return graph
  }
}
