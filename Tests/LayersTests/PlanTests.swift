import Layers
import Tensor
import TestSupport
import Testing

/// A small model with its parameters and input.
struct Sample: Sendable, CustomTestStringConvertible {
  let testDescription: String
  private let block: any Block

  init(_ name: String, _ block: any Block) { (testDescription, self.block) = (name, block) }

  static let all = [
    Sample("diamond", Diamond()), Sample("two branches", TwoBranches()), Sample("chain", Chain()),
    Sample("inception", Inception()), Sample("dense", Dense()),
    Sample("awkward concatenation", AwkwardConcatenation()), Sample("transformer", Transformer()),
    Sample("ConvNeXt", ConvNeXtLike()), Sample("attention pool", AttentionPool()), Sample("stem", Stem()),
  ]

  func graph() throws -> Graph {
    let graph = Graph()
    _ = try block(graph.input([8, 16, 12]))
    return graph
  }

  /// Returns random parameters: values in ±0.5, variances in 0.5…1.
  func parameters(of graph: Graph) -> TensorDictionary {
    var generator = SplitMix(seed: 7)
    let tensors = graph.parameters.map { parameter in
      let values = (0..<parameter.shape.count).map { _ in
        parameter.name.hasSuffix("running_var")
          ? 0.5 + 0.5 * generator.nextUnit() : generator.nextUnit() - 0.5
      }
      return (parameter.name, Tensor(shape: parameter.shape, values.map { Float($0) }))
    }
    return TensorDictionary(Dictionary(uniqueKeysWithValues: tensors))
  }

  static func input(_ seed: UInt64) -> Tensor {
    var generator = SplitMix(seed: seed)
    return Tensor(shape: [8, 16, 12], (0..<8 * 16 * 12).map { _ in Float(4 * generator.nextUnit() - 2) })
  }

  func plan(
    _ taps: [String], _ reduction: Reduction = .mean, rewrites: Rewrites = .all, tier: Tier = .best
  ) throws -> Plan {
    let graph = try graph()
    var options = Plan.Options()
    options.rewrites = rewrites
    options.tier = tier
    return try Plan(
      graph, parameters: parameters(of: graph), taps: taps, reduction: reduction, options: options)
  }
}

/// Returns the values that a plan records of several images in one run.
func results(_ plan: Plan, _ seeds: [UInt64], team: ThreadTeam? = nil) -> [[[Float]]] {
  let workspace = Workspace(for: plan, batchSize: seeds.count, team: team)
  for (image, seed) in seeds.enumerated() { workspace.setInput(of: image, Sample.input(seed)) }
  workspace.run(images: seeds.count)
  return seeds.indices.map { image in
    plan.taps.indices.map { workspace.withTap($0, of: image) { Array($0) } }
      + [workspace.withOutput(of: image) { Array($0) }]
  }
}

/// A set of rewrites, with a name for the test case.
struct Choice: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let rewrites: Rewrites

  static let each = [
    Choice(testDescription: "fold affine", rewrites: .foldAffine),
    Choice(testDescription: "fuse residual", rewrites: [.foldAffine, .fuseResidual]),
    Choice(testDescription: "fuse activation", rewrites: .fuseActivation),
    Choice(testDescription: "sums in epilogues", rewrites: .sumsInEpilogues),
    Choice(testDescription: "concatenate in place", rewrites: .concatenateInPlace),
    Choice(testDescription: "overwrite", rewrites: .overwrite),
    Choice(testDescription: "fuse prologue", rewrites: [.fuseActivation, .fusePrologue]),
    Choice(testDescription: "prologue without activation", rewrites: .fusePrologue),
    Choice(testDescription: "means of parts", rewrites: [.sumsInEpilogues, .meansOfParts]),
    Choice(testDescription: "all", rewrites: .all),
  ]
}

@Suite struct PlanTests {
  @Test("Every rewrite preserves every tap and the output", arguments: Sample.all, Choice.each)
  func rewritesPreserveValues(_ sample: Sample, _ choice: Choice) throws {
    let names = try sample.graph().names
    for reduction in [Reduction.mean, .max, .none] {
      let expected = results(try sample.plan(names, reduction, rewrites: .reference), [3])[0]
      let got = results(try sample.plan(names, reduction, rewrites: choice.rewrites), [3])[0]
      for (index, name) in (names + ["output"]).enumerated() {
        let difference = Difference(got[index], expected: expected[index])
        #expect(difference.relativeToRMS <= 4e-6, "\(name) \(reduction): \(difference)")
      }
    }
  }

  @Test("One tap alone has the same values as among all taps", arguments: Sample.all)
  func tapsDoNotDisturbEachOther(_ sample: Sample) throws {
    let names = try sample.graph().names
    for reduction in [Reduction.mean, .token0, .none] {
      let all = results(try sample.plan(names, reduction, rewrites: .reference), [5])[0]
      for (index, name) in names.enumerated() {
        let alone = results(try sample.plan([name], reduction), [5])[0]
        let difference = Difference(alone[0], expected: all[index])
        #expect(difference.relativeToRMS <= 4e-6, "\(name) \(reduction): \(difference)")
        let output = Difference(alone[1], expected: all[names.count])
        #expect(output.relativeToRMS <= 4e-6, "output beside \(name): \(output)")
      }
    }
  }

  @Test("A batch gives the same bytes as its images one by one", arguments: Sample.all, Tier.available)
  func batchesAreExact(_ sample: Sample, tier: Tier) throws {
    let names = try sample.graph().names
    let plan = try sample.plan(names, tier: tier)
    let together = results(plan, [1, 2, 3])
    for (image, seed) in ([1, 2, 3] as [UInt64]).enumerated() {
      #expect(
        results(plan, [seed])[0].map { $0.map(\.bitPattern) } == together[image].map { $0.map(\.bitPattern) })
    }
  }

  @Test("A team gives the same bytes as one thread", arguments: Sample.all, Tier.all)
  func teamsAreExact(_ sample: Sample, tier: Tier) throws {
    for reduction in [Reduction.mean, .none] {
      let plan = try sample.plan(sample.graph().names, reduction, tier: tier)
      let alone = results(plan, [1, 2])
      for count in [2, 3, 8] {
        let team = try #require(ThreadTeam(count: count))
        let together = results(plan, [1, 2], team: team)
        #expect(
          together.map { $0.map { $0.map(\.bitPattern) } } == alone.map { $0.map { $0.map(\.bitPattern) } })
      }
    }
  }

  @Test("Every tier agrees with the scalar reference", arguments: Sample.all, Tier.available)
  func tiersAgree(_ sample: Sample, tier: Tier) throws {
    let names = try sample.graph().names
    let scalar = try #require(Tier.named("scalar"))
    let expected = results(try sample.plan(names, .none, rewrites: .reference, tier: scalar), [9])[0]
    let got = results(try sample.plan(names, .none, tier: tier), [9])[0]
    for (index, name) in (names + ["output"]).enumerated() {
      let difference = Difference(got[index], expected: expected[index])
      #expect(difference.relativeToRMS <= 4e-6, "\(name): \(difference)")
    }
  }

  @Test("Fusion reduces the number of steps", arguments: Sample.all)
  func fusingHelps(_ sample: Sample) throws {
    #expect(try sample.plan([]).steps.count <= sample.plan([], rewrites: .reference).steps.count)
  }

  @Test("Buffers with overlapping lifetimes share no memory", arguments: Sample.all, Choice.each)
  func buffersAreDisjoint(_ sample: Sample, _ choice: Choice) throws {
    let storage = try sample.plan([], rewrites: choice.rewrites).storage
    let used = storage.buffers.filter { $0.count > 0 }
    for (index, a) in used.enumerated() {
      #expect(a.offset + a.count <= storage.count)
      for b in used[(index + 1)...] where a.lifetime.overlaps(b.lifetime) {
        #expect(a.offset + a.count <= b.offset || b.offset + b.count <= a.offset)
      }
    }
    #expect(storage.count <= used.reduce(0) { $0 + $1.count })
  }

  @Test(
    "The steps' multiply-adds equal the graph's with and without fusion", arguments: Sample.all, Choice.each)
  func costsAddUp(_ sample: Sample, _ choice: Choice) throws {
    let plan = try sample.plan([], rewrites: choice.rewrites)
    let total = plan.steps.indices.reduce(0) { $0 + plan.cost(of: $1).multiplyAdds }
    #expect(try total == sample.graph().multiplyAdds)
  }

  @Test func aStepTouchesWhatItReadsAndWritesOnce() throws {
    let plan = try Sample("", TwoBranches()).plan([])
    // conv2 with its residual reads 5×16×12 and 19×8×6 values and writes 19×8×6.
    let index = try #require(plan.steps.firstIndex { $0.step.name.hasPrefix("conv2") })
    #expect(plan.cost(of: index).activationBytes == 4 * (5 * 16 * 12 + 2 * 19 * 8 * 6))
    // The layer down has a 1×1 kernel and a stride of 2, so it reads one position of four.
    let down = try #require(plan.steps.firstIndex { $0.step.name.hasPrefix("down") })
    #expect(plan.cost(of: down).activationBytes == 4 * (8 * 8 * 6 + 19 * 8 * 6))
    #expect(plan.cost(of: down).bytes(batchSize: 4) < plan.cost(of: down).bytes(batchSize: 1))
  }

  @Test("A run reports every step in order, then the means", arguments: Sample.all)
  func runsCanBeWatched(_ sample: Sample) throws {
    let plan = try sample.plan(sample.graph().names)
    let workspace = Workspace(for: plan, batchSize: 1)
    workspace.setInput(of: 0, Sample.input(3))
    var seen: [Int] = []
    workspace.run(images: 1) { seen.append($0) }
    #expect(seen == Array(0...plan.steps.count))
  }

  @Test func aDescriptionNamesWhatIsFused() throws {
    let plan = try Sample("", TwoBranches()).plan(["bn2", "shortcut"])
    let text = "\(plan)"
    #expect(text.contains("conv2 + bn2 + add"), "\(text)")
    #expect(text.contains("scale-shift, residual, relu, sums of raw, pre-activation"), "\(text)")
    #expect(text.contains("recorded: 2 layers, 38 numbers an image, from 2 sums"), "\(text)")
    let dense = try Sample("", Dense()).plan([]).description
    #expect(dense.contains("one of 18 channels") && dense.contains("nothing moves"), "\(dense)")
  }

  @Test func aResidualBlockIsThreeStepsWithAllItsTaps() throws {
    let plan = try Sample("", TwoBranches()).plan(["conv1", "bn1", "conv2", "bn2", "shortcut"])
    #expect(plan.steps.count == 3, "\(plan)")
  }

  @Test func aDenseBlockIsItsConvolutionsWithAllTheirTapsAndThoseOfTheNormalisations() throws {
    let sample = Sample("", Dense())
    let names = try sample.graph().names.filter {
      $0.contains("conv") || $0.contains("norm") || $0.contains("neck")
    }
    let plan = try sample.plan(names)
    let others = plan.steps.map(\.step).filter { !($0.operation is DenseConvolution) }
    #expect(others.allSatisfy { $0.isConcatenation || $0.operation is AveragePool2d }, "\(plan)")
    let expected = results(try sample.plan(names, rewrites: .reference), [3])[0]
    for (name, (got, expected)) in zip(names + ["output"], zip(results(plan, [3])[0], expected)) {
      let difference = Difference(got, expected: expected)
      #expect(difference.relativeToRMS <= 4e-6, "\(name): \(difference)")
    }
  }

  @Test func aDenseBlockCopiesNothing() throws {
    let plan = try Sample("", Dense()).plan([])
    for packed in plan.steps {
      #expect(plan.storage.copiedParts(of: packed.step).isEmpty || !packed.step.isConcatenation)
    }
  }

  @Test func everyProblemIsReportedAtOnce() throws {
    let sample = Sample("", TwoBranches())
    let graph = try sample.graph()
    var parameters = sample.parameters(of: graph)
    parameters.tensors["conv1.weight"] = nil
    parameters.tensors["bn2.bias"] = Tensor(shape: [3], [0, 0, 0])
    parameters.tensors["fc.weight"] = Tensor(shape: [1], [0])
    parameters.tensors["bn1.num_batches_tracked"] = Tensor(shape: [], [0])
    var problems = BindingError()
    problems.missing = ["conv1.weight"]
    problems.unexpected = ["fc.weight"]
    problems.mismatched = ["bn2.bias is 3, expected 19"]
    #expect(throws: PlanError.binding(problems)) { try Plan(graph, parameters: parameters) }
  }

  @Test func anUnknownTapIsNamed() throws {
    #expect(throws: PlanError.unknownActivation("layer9")) { try Sample("", Chain()).plan(["layer9"]) }
  }
}
