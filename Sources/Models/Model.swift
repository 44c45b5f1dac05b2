public import Images
public import Layers
public import Machine
public import Tensor
package import Units

/// A network: its description, its names, its input, the meaning of its outputs, and the source of its
/// weights.
///
/// The networks of the catalogue are in ``all``. Other networks are created with
/// ``init(_:displayName:paper:network:input:output:relevantLayers:weights:seededDamping:)``.
public struct Model: Sendable {
  /// The name by which users choose the network: `resnet50`.
  public let identifier: String
  /// The name in figures: `ResNet-50`.
  public let displayName: String
  /// The title of the paper and its address; `nil` if there is none.
  public let paper: String?
  /// The input.
  public let input: ModelInput
  /// The meaning of the outputs of the published head.
  public private(set) var output: ModelOutput
  /// The trained weights.
  public let weights: TrainedWeights
  /// The head: the layers that compute the outputs.
  package private(set) var head = Head.published
  /// The number of outputs: class scores, or the size of an embedding; 0 without a head.
  public private(set) var outputs: Int
  /// The lists of layers worth recording. ``relevantLayers`` is the first.
  package private(set) var relevantLayerVariants: [LayerList] = []

  /// The name of the head; `nil` for a network whose head cannot be replaced.
  let headName: String?
  /// The number of outputs of the published weights.
  public private(set) var publishedOutputs = 0
  let seededDamping: KeyValuePairs<String, Double>
  private var network: any Block
  private let rules: [RelevanceRule]
  private var shapes: [String: Shape] = [:]
  private var lookup = LayerLookup([])

  /// Creates a network, from the catalogue or a new one.
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
  /// A contradictory description results in a network without layers. ``graph()`` then throws the reason.
  ///
  /// - Parameters:
  ///   - identifier: The name by which users choose the network, which is also stored in dumps: letters,
  ///     digits, `.`, `-` and `_`. It must not be the identifier of another network in the catalogue.
  ///   - displayName: The name in figures; by default the identifier.
  ///   - paper: The title of the paper and its address.
  ///   - network: The description of the network, in terms of ``Value``. A network that is ``Headed`` also
  ///     accepts weights with a different head, or without a head.
  ///   - input: The input.
  ///   - output: The meaning of the outputs. Classes require as many outputs as their order has. Other
  ///     outputs are ``ModelOutput/numbers``.
  ///   - rules: Rules for the lists of layers worth recording. The first rule is named `relevant`, and is
  ///     recorded by default.
  ///   - weights: The trained weights.
  ///   - seededDamping: Words in the names of parameters, with factors that reduce the deviation of these
  ///     parameters in seeded weights; see ``SeededWeights``.
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

  /// The preprocessing of an image into the input.
  public var preprocessing: Preprocessing {
    switch input {
    case .image(let preprocessing): preprocessing
    }
  }

  /// The shape of the input for one image, channels × height × width.
  public var inputShape: Shape { input.shape }
  /// The published trained weights; `nil` for a network without specific weights.
  package var checkpoint: CheckpointSource? { weights.published }
  /// The files of the published weights, best first.
  package var publishedFiles: [CheckpointSource.File] { checkpoint?.files ?? [] }
  /// Top-1 accuracy on ImageNet's validation set as published for the weights (CLIP: zero-shot).
  public var publishedTop1: Double? { weights.top1 }

  /// The study's layers: canonical names in the study's order of enumeration.
  public var relevantLayers: [String] { relevantLayerVariants.first?.layers ?? [] }

  /// The names of all activations that can be recorded: canonical names in PyTorch's order, parents before
  /// children.
  public private(set) var layers: [String] = []

  /// Returns the shape of an activation for one image; `nil` if no activation has that canonical name.
  public func shape(ofLayer layer: String) -> Shape? { shapes[layer] }

  /// Builds the graph from the network's description. The cost is low.
  ///
  /// - Throws: ``GraphError`` if the description contradicts itself, which is a defect of the description.
  public func graph() throws(GraphError) -> Graph { try Self.record(network, input.shape) }

  /// Returns the study's spelling of a canonical layer name: `layer1_0_conv1`, `visual_layer1_0_conv1`.
  public func studyName(of layer: String) -> String { LayerNames.studyName(of: layer) }

  /// Returns the canonical name of a layer, given in either spelling. The `visual` prefix of CLIP is
  /// optional.
  ///
  /// - Throws: ``UnknownName`` with the nearest layers of this network.
  public func layer(named name: String) throws(UnknownName) -> String {
    if let layer = lookup[name] { return layer }
    throw lookup.unknown(name, .layer(model: identifier))
  }

  /// Returns the network with a different head, or unchanged if its head cannot be replaced.
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

  /// Returns the index of the output with the score of a class in PyTorch's order. Only in Lucid's
  /// `googlenet` does it differ from the index of the class.
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

  /// Derives the names and shapes and, if the head cannot be replaced, the number of outputs, from the
  /// description.
  private mutating func describe() {
    // A contradictory description has no layers here; `graph()` reports the contradiction.
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
