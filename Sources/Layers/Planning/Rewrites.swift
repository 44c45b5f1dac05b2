/// The set of rewrites that a plan may make. Each rewrite can be enabled alone; with none, every node of the
/// graph is a step of its own.
package struct Rewrites: OptionSet, Sendable, Hashable {
  /// The bit set.
  package let rawValue: Int
  /// Creates a set from its bits.
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// Folds BatchNorm and layer scale into the scale and shift of the previous layer.
  package static let foldAffine = Rewrites(rawValue: 1 << 0)
  /// Fuses a sum into the layer that produces one of its terms.
  package static let fuseResidual = Rewrites(rawValue: 1 << 1)
  /// Fuses an activation into the previous layer.
  package static let fuseActivation = Rewrites(rawValue: 1 << 2)
  /// Computes means from sums that layers take in their epilogues, without reading results again.
  package static let sumsInEpilogues = Rewrites(rawValue: 1 << 3)
  /// Writes the parts of a concatenation directly into the buffer of the concatenation.
  package static let concatenateInPlace = Rewrites(rawValue: 1 << 4)
  /// Overwrites a term of a sum, or the input of a pointwise step, when no later step reads it.
  package static let overwrite = Rewrites(rawValue: 1 << 5)
  /// Fuses a BatchNorm and ReLU that no previous layer can take over into the prologue of the 1×1 convolution
  /// that follows them.
  package static let fusePrologue = Rewrites(rawValue: 1 << 6)
  /// Computes the means of a concatenation as the means of its parts.
  package static let meansOfParts = Rewrites(rawValue: 1 << 7)

  /// All rewrites.
  package static let all: Rewrites = [
    .foldAffine, .fuseResidual, .fuseActivation, .sumsInEpilogues, .concatenateInPlace, .overwrite,
    .fusePrologue,
    .meansOfParts,
  ]
  /// No rewrites: the reference against which the others are tested.
  package static let reference: Rewrites = []
}

extension Program {
  /// Applies the rewrites that merge steps. In their order, each can use the results of the previous ones.
  ///
  /// - Parameters:
  ///   - rewrites: The permitted rewrites.
  ///   - tapped: Values whose means are recorded.
  package mutating func fuse(_ rewrites: Rewrites, tapped: Set<Int>) {
    if rewrites.contains(.foldAffine) { foldAffine() }
    if rewrites.contains(.fuseResidual) { fuseResidual() }
    if rewrites.contains(.fuseActivation) { fuseActivation() }
    if rewrites.contains(.fusePrologue) { fusePrologue(keeping: tapped) }
    steps.removeAll { $0.isAbsorbed }
  }

  /// Returns the step that produces `value`, if another step can be merged into that step: its epilogue has
  /// no activation yet, and the value has one reader and is not pinned.
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

  /// Returns the mean of the accumulator of a step after its affine map, before residual and activation.
  private func meanAfterAffine(of step: Step) -> MeanExpression {
    let raw = MeanExpression.sum(step: step.id, .raw)
    return step.affine.map { .affine(raw, $0) } ?? raw
  }

  /// Folds BatchNorm or layer scale after a convolution into the convolution's scale and shift.
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

  /// Fuses x + f(…): the sum becomes f's residual, and f moves to the place where both terms are known.
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

  /// Fuses f → activation: the activation becomes part of f's epilogue.
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

  /// Fuses BatchNorm → ReLU → 1×1 convolution where the previous layer has no epilogue: the convolution
  /// normalises its input while reading. The value between them is no longer in memory, and no sum gives its
  /// mean.
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

  /// Replaces step `j` by the merged step, which produces `j`'s value, and marks step `i` as absorbed.
  private mutating func replace(_ i: Int, _ j: Int, with merged: Step) {
    var merged = merged
    merged.output = steps[j].output
    merged.name += " + \(steps[j].name.split(separator: ".").last ?? "")"
    steps[j] = merged
    steps[i].isAbsorbed = true
  }
}
