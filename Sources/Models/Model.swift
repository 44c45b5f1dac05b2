public import Images
public import Layers
public import Machine
public import Tensor

/// A network of the catalogue: its description, its names, its input and where its weights come from.
public struct Model: Sendable {
  /// The name users choose it by: `resnet50`.
  public let identifier: String
  /// The name figures show: `ResNet-50`.
  public let displayName: String
  /// The paper's title and where to read it.
  public let paper: String
  /// The input for one image, channels × height × width.
  public let inputShape: Shape
  /// How an image becomes the input.
  public let preprocessing: Preprocessing
  /// Its head: what makes the outputs.
  public private(set) var head = Head.published
  /// The number of values it returns: class scores, or an embedding; 0 without a head.
  public private(set) var outputs: Int
  /// Top-1 accuracy on ImageNet's validation set as published for these weights (CLIP: zero-shot).
  public let publishedTop1: Double?
  /// Where the trained weights are published.
  public let checkpoint: CheckpointSource
  /// Every list of layers worth recording; ``relevantLayers`` is the first.
  public private(set) var relevantLayerVariants: [LayerList] = []

  let layout: CheckpointLayout
  /// The name of the head.
  let headName: String
  /// The outputs in the published weights.
  public let publishedOutputs: Int
  private var network: any Headed
  private let classOrder: ClassOrder
  private let rules: [RelevanceRule]
  private var shapes: [String: Shape] = [:]
  private var namesByStudyName: [String: String] = [:]

  /// The study's layers, canonical names in the study's order of enumeration.
  public var relevantLayers: [String] { relevantLayerVariants.first?.layers ?? [] }

  /// Every activation that can be recorded, canonical names in PyTorch's order: parents before children.
  public private(set) var layers: [String] = []

  /// The shape of an activation for one image, `nil` when there is none of that canonical name.
  public func shape(ofLayer layer: String) -> Shape? { shapes[layer] }

  /// Records the network's description; cheap.
  ///
  /// - Throws: ``GraphError`` if the description contradicts itself, a defect of ours.
  public func graph() throws(GraphError) -> Graph { try Self.record(network, inputShape) }

  /// The study's spelling of a canonical layer name: `layer1_0_conv1`, `visual_layer1_0_conv1`.
  public func studyName(of layer: String) -> String { LayerNames.studyName(of: layer) }

  /// The canonical name of a layer given in either spelling; the `visual` prefix of CLIP may be left out.
  ///
  /// - Throws: ``UnknownName`` with the nearest layers of this network.
  public func layer(named name: String) throws(UnknownName) -> String {
    let study = LayerNames.studyName(of: name)
    for candidate in [study, "visual_\(study)"] {
      if let layer = namesByStudyName[candidate] { return layer }
    }
    let usesStudySpelling = !name.contains(".")
    throw UnknownName(
      .layer(model: identifier), name: name, known: usesStudySpelling ? layers.map(studyName) : layers)
  }

  /// The same network with another head.
  func with(_ head: Head) -> Model {
    var model = self
    model.head = head
    model.network.outputs =
      switch head {
      case .published: publishedOutputs
      case .outputs(let count): count
      case .absent: nil
      }
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

  /// In what order a network's outputs list the classes of ImageNet.
  enum ClassOrder { case torch, lucid }

  init(
    _ identifier: String, _ displayName: String, paper: String, _ network: any Headed,
    classes: ClassOrder = .torch, preprocessing: Preprocessing, publishedTop1: Double?,
    layout: CheckpointLayout,
    checkpoint: CheckpointSource, relevant rules: [RelevanceRule]
  ) {
    (self.identifier, self.displayName, self.paper) = (identifier, displayName, paper)
    (self.network, self.rules, classOrder) = (network, rules, classes)
    (headName, publishedOutputs) = (type(of: network).head, network.outputs ?? 0)
    outputs = publishedOutputs
    (self.preprocessing, self.publishedTop1) = (preprocessing, publishedTop1)
    (self.layout, self.checkpoint) = (layout, checkpoint)
    inputShape = [3, preprocessing.crop, preprocessing.crop]
    describe()
  }

  /// Takes names and shapes from the description.
  private mutating func describe() {
    outputs = network.outputs ?? 0
    // A description that contradicts itself has no layers here; `graph()` reports it.
    let graph = (try? Self.record(network, inputShape)) ?? Graph()
    layers = LayerNames.inRegistrationOrder(graph.names)
    shapes = Dictionary(layers.map { ($0, graph.shape(of: $0) ?? []) }) { first, _ in first }
    namesByStudyName = Dictionary(layers.map { (LayerNames.studyName(of: $0), $0) }) { first, _ in first }
    let names = layers
    relevantLayerVariants = rules.map { $0.list(from: names) }
  }

  private static func record(_ network: any Block, _ shape: Shape) throws(GraphError) -> Graph {
    let graph = Graph()
    _ = try network(graph.input(shape))
    return graph
  }
}

/// Layers worth recording together.
public struct LayerList: Sendable, Hashable {
  /// The name users choose it by: `relevant`.
  public let name: String
  /// What is in it and why.
  public let summary: String
  /// Canonical names in the study's order of enumeration.
  public private(set) var layers: [String] = []
}

/// Which layers a study records, told by their names.
struct RelevanceRule: Sendable {
  let name: String
  let summary: String
  /// Takes the study's spelling without CLIP's `visual_` prefix.
  let includes: @Sendable (String) -> Bool

  init(_ name: String = "relevant", _ summary: String, includes: @escaping @Sendable (String) -> Bool) {
    (self.name, self.summary, self.includes) = (name, summary, includes)
  }

  func list(from names: [String]) -> LayerList {
    let layers = names.filter { name in
      let study = LayerNames.studyName(of: name)
      return includes(study.hasPrefix("visual_") ? String(study.dropFirst("visual_".count)) : study)
    }
    return LayerList(name: name, summary: summary, layers: layers)
  }
}
