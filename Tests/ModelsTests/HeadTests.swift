import Machine
import Testing

@testable import Layers
@testable import Models
@testable import Tensor

/// A source of names and shapes, without elements.
private struct Shapes: TensorSource {
  let entries: [(String, Shape)]

  init(_ parameters: [Parameter]) { entries = parameters.map { ($0.name, $0.shape) } }
  init(_ entries: [(String, Shape)]) { self.entries = entries }

  var names: [String] { entries.map(\.0) }
  func shape(of name: String) -> Shape? { entries.first { $0.0 == name }?.1 }
  func tensor(named name: String) throws -> Tensor { throw UnknownName(.tensor, name: name, known: []) }
}

/// Checkpoints with a different head than the published weights.
struct HeadTests {
  private static let identifiers = Model.all.map(\.identifier)

  @Test(
    "a head of another size is found in every network, and all other parameters bind unchanged",
    arguments: identifiers)
  func otherSize(identifier: String) throws {
    let model = try Model.named(identifier)
    let source = Shapes(try model.with(.outputs(10)).graph().parameters)
    let fitted = model.fitted(to: source)
    #expect(fitted.head == .outputs(10) && fitted.outputs == 10)
    try fitted.graph().check(fitted.parameters(from: source))
    #expect(fitted.layers == model.layers)
    #expect(model.fitted(to: Shapes(try model.graph().parameters)).head == .published)
  }

  @Test(
    "a network without a head returns the input of the head, and has all other layers",
    arguments: identifiers)
  func absent(identifier: String) throws {
    let model = try Model.named(identifier)
    let source = Shapes(model.parametersWithoutHead)
    let fitted = model.fitted(to: source)
    #expect(fitted.head == .absent && fitted.outputs == 0)
    try fitted.graph().check(fitted.parameters(from: source))
    let head = try #require(model.headName)
    let lost = Set(model.layers).subtracting(fitted.layers)
    #expect(
      lost.allSatisfy { $0.hasPrefix(head) || $0.hasPrefix("softmax2") || $0.hasPrefix("visual.") })
    #expect(
      Set(model.relevantLayers).subtracting(fitted.relevantLayers).count
        == (identifier.hasPrefix("squeezenet") ? 1 : 0))
    // The network can be fitted again, to weights with a head.
    #expect(fitted.fitted(to: Shapes(try model.graph().parameters)).head == .published)
  }

  @Test("a head of other layers is omitted; an incomplete head is not")
  func otherLayers() throws {
    let model = try Model.named("resnet50")
    let body = model.parametersWithoutHead.map { ($0.name, $0.shape) }
    let replaced = Shapes(body + [("fc.1.weight", [10, 2048]), ("fc.1.bias", [10])])
    let fitted = model.fitted(to: replaced)
    #expect(fitted.head == .absent)
    try fitted.graph().check(fitted.parameters(from: replaced))
    for rest in [[("fc.weight", [10, 2048] as Shape)], [("fc.weight", [10, 2048]), ("fc.bias", [11])]] {
      let source = Shapes(body + rest)
      let partial = model.fitted(to: source)
      #expect(partial.head == .published)
      #expect(throws: BindingError.self) { try partial.graph().check(partial.parameters(from: source)) }
    }
  }

  @Test("the weights of a timm model without classes and of CLIP's tower without its projection bind")
  func prefixes() throws {
    let clip = try Model.named("clip-vit_b32")
    let tower = Shapes(
      clip.parametersWithoutHead.map { (String($0.name.dropFirst("visual.".count)), $0.shape) })
    let fitted = clip.fitted(to: tower)
    #expect(fitted.head == .absent)
    try fitted.graph().check(fitted.parameters(from: tower))
    let wrapped = Shapes(
      try Model.named("resnet50").with(.outputs(3)).graph().parameters.map { ("module.\($0.name)", $0.shape) }
    )
    #expect(try Model.named("resnet50").fitted(to: wrapped).head == .outputs(3))
  }
}
