import Layers
import Tensor
import Testing

@Suite struct GraphTests {
  @Test func namesFollowScopesAndNumberRepeats() throws {
    let graph = Graph()
    _ = try graph.input([8, 8, 8])("layer1.0", TwoBranches())
    #expect(
      graph.names == [
        "layer1.0.conv1", "layer1.0.bn1", "layer1.0.relu", "layer1.0.conv2", "layer1.0.bn2", "layer1.0.down",
        "layer1.0.downbn", "layer1.0.add", "layer1.0.shortcut", "layer1.0.relu_1", "layer1.0",
      ])
  }

  @Test func parametersOfAModuleStayWithTheModule() throws {
    let graph = Graph()
    _ = try graph.input([8, 16, 12])("visual", Transformer())
    let names = graph.parameters.map(\.name)
    #expect(names.contains("visual.class"))
    #expect(names.contains("visual.in_proj_weight"))
    #expect(names.contains("visual.proj"))
    #expect(names.contains("visual.c_fc.bias"))
  }

  @Test(
    "Output extents are PyTorch's",
    arguments: [
      // size, kernel, stride, padding before and after, ceil mode, expected (torch.nn.MaxPool2d)
      (112, 3, 2, 1, 1, false, 56), (112, 3, 2, 0, 0, true, 56), (229, 7, 2, 2, 3, false, 114),
      (5, 2, 2, 0, 0, true, 3), (4, 2, 3, 1, 1, true, 2), (7, 7, 1, 0, 0, false, 1), (6, 3, 2, 1, 1, true, 4),
    ])
  func windows(_ c: (Int, Int, Int, Int, Int, Bool, Int)) throws {
    let padding = Padding(top: c.3, left: c.3, bottom: c.4, right: c.4)
    let value = try Graph().input([1, c.0, c.0])
      .maxPool(kernel: c.1, stride: c.2, padding: padding, ceilMode: c.5)
    #expect(value.shape == [1, c.6, c.6])
  }

  @Test func tooSmallAnInputThrows() {
    #expect(throws: GraphError.self) { try Graph().input([3, 1, 1]).conv2d("c", 4, kernel: 3) }
  }

  @Test func twoValuesOfOneNameThrow() {
    #expect(throws: GraphError.duplicateName("c")) {
      try Graph().input([3, 4, 4]).conv2d("c", 4, kernel: 1).conv2d("c", 4, kernel: 1)
    }
  }
}
