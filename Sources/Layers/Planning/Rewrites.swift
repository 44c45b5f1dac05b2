/// Which rewrites a plan may make. Each stands alone; with none, every node of the graph is a step of its own.
public struct Rewrites: OptionSet, Sendable, Hashable {
  /// The bit set.
  public let rawValue: Int
  /// Creates a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Normalisation by stored statistics and layer scale become the scale and shift of the layer before.
  public static let foldAffine = Rewrites(rawValue: 1 << 0)
  /// A sum becomes part of the layer that produces one of its terms.
  public static let fuseResidual = Rewrites(rawValue: 1 << 1)
  /// An activation becomes part of the layer before.
  public static let fuseActivation = Rewrites(rawValue: 1 << 2)
  /// Means are taken from sums that layers add up while they compute, not by reading results again.
  public static let sumsInEpilogues = Rewrites(rawValue: 1 << 3)
  /// The parts of a concatenation are written where the whole lies.
  public static let concatenateInPlace = Rewrites(rawValue: 1 << 4)
  /// Results overwrite the term of a sum, or the input of a pointwise step, that nobody reads again.
  public static let overwrite = Rewrites(rawValue: 1 << 5)
  /// A normalisation and ReLU that no layer before can take over become part of how the 1×1 convolution after
  /// them reads its input.
  public static let fusePrologue = Rewrites(rawValue: 1 << 6)
  /// The means of a concatenation are those of its parts.
  public static let meansOfParts = Rewrites(rawValue: 1 << 7)

  /// All of them.
  public static let all: Rewrites = [
    .foldAffine, .fuseResidual, .fuseActivation, .sumsInEpilogues, .concatenateInPlace, .overwrite,
    .fusePrologue,
    .meansOfParts,
  ]
  /// None: the oracle the others are tested against.
  public static let reference: Rewrites = []
}

extension Program {
  /// Makes the rewrites that merge steps, in the order that lets each see what the ones before it made.
  ///
  /// - Parameters:
  ///   - rewrites: Which.
  ///   - tapped: Values whose means are wanted.
  package mutating func fuse(_ rewrites: Rewrites, tapped: Set<Int>) {
    if rewrites.contains(.foldAffine) { foldAffine() }
    if rewrites.contains(.fuseResidual) { fuseResidual() }
    if rewrites.contains(.fuseActivation) { fuseActivation() }
    if rewrites.contains(.fusePrologue) { fusePrologue(keeping: tapped) }
    steps.removeAll { $0.isAbsorbed }
  }

  /// The step that produces `value`, if it has an epilogue and nobody but one reader needs the value in memory.
  private func absorbingStep(for value: Int) -> Int? {
    guard !pinned.contains(value), readerCounts[value] == 1,
      let index = steps.firstIndex(where: { $0.output == value && !$0.isAbsorbed }), steps[index].hasEpilogue,
      steps[index].activation == nil
    else { return nil }
    return index
  }

  private var readerCounts: [Int: Int] {
    steps.reduce(into: [:]) { counts, step in
      guard !step.isAbsorbed else { return }
      for value in step.reads { counts[value, default: 0] += 1 }
    }
  }

  /// The mean of what a step's epilogue holds after its affine map, before residual and activation.
  private func meanAfterAffine(of step: Step) -> MeanExpression {
    let raw = MeanExpression.sum(step: step.id, .raw)
    return step.affine.map { .affine(raw, $0) } ?? raw
  }

  /// conv → batch norm or layer scale: the normalisation becomes the convolution's scale and shift.
  private mutating func foldAffine() {
    for j in steps.indices {
      guard steps[j].isMap, let next = steps[j].affine, steps[j].residual == nil,
        steps[j].activation == nil, let i = absorbingStep(for: steps[j].inputs[0]), steps[i].residual == nil
      else { continue }
      means[steps[i].output] = meanAfterAffine(of: steps[i])
      var merged = steps[i]
      merged.affine = merged.affine?.followed(by: next) ?? next
      replace(i, j, with: merged)
    }
  }

  /// x + f(…): the sum becomes f's residual, and f moves to where both terms are known.
  private mutating func fuseResidual() {
    for j in steps.indices {
      guard steps[j].isMap, steps[j].affine == nil, let second = steps[j].residual,
        steps[j].activation == nil, steps[j].inputs[0] != second
      else { continue }
      let first = steps[j].inputs[0]
      for (term, other) in [(first, second), (second, first)] {
        guard let i = absorbingStep(for: term), steps[i].residual == nil else { continue }
        means[term] = meanAfterAffine(of: steps[i])
        var merged = steps[i]
        merged.residual = other
        replace(i, j, with: merged)
        break
      }
    }
  }

  /// f → activation: the activation becomes part of f's epilogue.
  private mutating func fuseActivation() {
    for j in steps.indices {
      guard steps[j].isMap, let activation = steps[j].activation, steps[j].affine == nil,
        steps[j].residual == nil, let i = absorbingStep(for: steps[j].inputs[0])
      else { continue }
      means[steps[i].output] =
        steps[i].residual == nil ? meanAfterAffine(of: steps[i]) : .sum(step: steps[i].id, .preActivation)
      var merged = steps[i]
      merged.activation = activation
      replace(i, j, with: merged)
    }
  }

  /// normalisation → ReLU → 1×1 convolution, where something without an epilogue comes before: the convolution
  /// normalises what it reads. The value between them is in memory no longer, and no sum gives its mean.
  private mutating func fusePrologue(keeping tapped: Set<Int>) {
    for j in steps.indices {
      guard steps[j].operation.traits.contains(.takesPrologue), !steps[j].isAbsorbed else { continue }
      let value = steps[j].inputs[0]
      guard !tapped.contains(value), !pinned.contains(value), readerCounts[value] == 1,
        let i = steps.firstIndex(where: { $0.output == value && !$0.isAbsorbed }),
        steps[i].isMap, let affine = steps[i].affine, steps[i].residual == nil,
        steps[i].activation == nil || steps[i].activation == .relu
      else { continue }
      let (id, input) = (steps[i].id, steps[i].inputs[0])
      means = means.mapValues { $0.replacing(rawSumOf: id, withMeanOf: input) }
      steps[j].prologue = Prologue(affine: affine, relu: steps[i].activation == .relu)
      steps[j].inputs = [input]
      steps[j].name = "\(steps[i].name) + \(steps[j].name.split(separator: ".").last ?? "")"
      steps[i].isAbsorbed = true
    }
  }

  /// Puts the merger of steps `i` and `j` where `j` was, producing `j`'s value.
  private mutating func replace(_ i: Int, _ j: Int, with merged: Step) {
    var merged = merged
    merged.output = steps[j].output
    merged.name += " + \(steps[j].name.split(separator: ".").last ?? "")"
    steps[j] = merged
    steps[i].isAbsorbed = true
  }
}
