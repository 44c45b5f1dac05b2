import Layers
import Models
import Statistics
import Testing

/// A comparison of fused networks with the same networks computed node by node.
@Suite("Rewrites of whole networks")
struct RewriteTests {
  /// Each rewrite alone, and all rewrites together.
  static let choices: [Rewrites] = (0..<8).map { Rewrites(rawValue: 1 << $0) } + [.all]

  @Test(
    "fused plans record the same as the plan with one step per node, in every layer",
    arguments: DeterminismTests.identifiers)
  func fusedIsReference(identifier: String) throws {
    #expect(Rewrites.all.rawValue == 1 << 8 - 1)
    let model = try Model.named(identifier)
    let graph = try model.graph()
    let weights = try model.seededWeights(4)
    let image = SeededInput.tensor(seed: 6, shape: model.inputShape)
    func record(_ rewrites: Rewrites) throws -> [(name: String, values: [Float])] {
      var options = Plan.Options()
      options.rewrites = rewrites
      let plan = try Plan(graph, parameters: weights, taps: model.relevantLayers, options: options)
      let workspace = Workspace(for: plan, batchSize: 1)
      workspace.setInput(of: 0, image)
      workspace.run(images: 1)
      return plan.taps.indices.map { index in
        (plan.taps[index].name, workspace.withTap(index, of: 0) { Array($0) })
      } + [("output", workspace.withOutput(of: 0) { Array($0) })]
    }
    let reference = try record(.reference)
    for choice in Self.choices {
      for (ours, expected) in zip(try record(choice), reference) {
        let comparison = ArrayComparison.compare(
          ours.name, ours.values, with: expected.values, units: expected.values.count, tolerance: 3e-6)
        #expect(comparison.passes, "\(choice): \(comparison)")
      }
    }
  }
}
