import Tensor

/// The mean over positions of one value, as a run computes it: one part of the channels after another.
package struct MeanTap: Sendable {
  /// A range of channels that follows the previous part's: `sum / positions * scale + shift`.
  package struct Part: Sendable {
    /// The index of the slot with the sum.
    package let slot: Int
    package let channels: Int
    package let positions: Int
    package var affine: Affine?
  }

  /// The index into the plan's taps.
  package let tap: Int
  package let parts: [Part]
}

/// The storage for the sums of one step: `channels` doubles per image.
package struct SumSlot: Sendable {
  package let channels: Int
}

/// The slots allocated so far.
private struct SumSlots {
  var slots: [SumSlot] = []
  /// The slots of values that are summed by a separate step.
  var recorded: [Int: Int] = [:]

  mutating func add(channels: Int) -> Int {
    slots.append(SumSlot(channels: channels))
    return slots.count - 1
  }
}

extension Program {
  /// Plans the mean of each tapped value.
  ///
  /// - Parameters:
  ///   - taps: The values, by node index, one per tap.
  ///   - rewrites: The rewrites, which determine whether the steps that compute values in memory also sum
  ///     them, and whether concatenations are summed part by part.
  /// - Returns: The expression of each mean by sums, and the slots for the sums.
  package mutating func takeMeans(
    of taps: [Int], _ rewrites: Rewrites
  ) -> (taps: [MeanTap], slots: [SumSlot]) {
    var slots = SumSlots()
    let results = taps.enumerated().map { tap, value in
      MeanTap(tap: tap, parts: parts(of: value, rewrites, &slots))
    }
    return (results, slots.slots)
  }

  private mutating func parts(of value: Int, _ rewrites: Rewrites, _ slots: inout SumSlots) -> [MeanTap.Part]
  {
    if let (source, affine) = means[value]?.flattened {
      switch source {
      case .sum(let id, let point):
        if let step = steps.firstIndex(where: { $0.id == id }) {
          return [part(of: value, summedBy: step, at: point, affine, &slots)]
        }
      case .value(let value): return parts(of: value, rewrites, &slots).followed(by: affine)
      }
    }
    if let step = steps.firstIndex(where: { $0.output == value && !$0.isRecord }) {
      if rewrites.contains(.meansOfParts), steps[step].isConcatenation {
        return steps[step].inputs.flatMap { parts(of: $0, rewrites, &slots) }
      }
      if rewrites.contains(.sumsInEpilogues), let (point, affine) = sumInEpilogue(of: steps[step]) {
        return [part(of: value, summedBy: step, at: point, affine, &slots)]
      }
    }
    let shape = shapes[value]
    if let slot = slots.recorded[value] {
      return [MeanTap.Part(slot: slot, channels: shape.channels, positions: shape.positions)]
    }
    let slot = slots.add(channels: shape.channels)
    slots.recorded[value] = slot
    record(value, RecordSums(slot: slot))
    return [MeanTap.Part(slot: slot, channels: shape.channels, positions: shape.positions)]
  }

  /// Adds a sum to a step, unless the step already takes it, and returns the part of a mean.
  private mutating func part(
    of value: Int, summedBy step: Int, at point: Step.SumPoint, _ affine: Affine?, _ slots: inout SumSlots
  ) -> MeanTap.Part {
    let shape = shapes[value]
    let slot = steps[step].sums[point] ?? slots.add(channels: shape.channels)
    steps[step].sums[point] = slot
    return MeanTap.Part(slot: slot, channels: shape.channels, positions: shape.positions, affine: affine)
  }

  /// Inserts a step that records a value. The value must be in memory: the result of a step, or the input.
  package mutating func record(_ value: Int, _ operation: some Operation) {
    let producer = steps.firstIndex { $0.output == value && !$0.isRecord }
    let name = "record \(producer.map { steps[$0].name } ?? "input")"
    steps.insert(
      Step(id: -1, name: name, operation: operation, inputs: [value], output: -1),
      at: producer.map { $0 + 1 } ?? 0)
  }

  /// Returns the point at which the step that writes a value can sum it, and the affine map from there to the
  /// value.
  private func sumInEpilogue(of step: Step) -> (Step.SumPoint, Affine?)? {
    if step.operation.traits.contains(.sumsResults) { return (.output, nil) }
    guard step.hasEpilogue else { return nil }
    guard step.activation == nil else { return (.output, nil) }
    return step.residual == nil ? (.raw, step.affine) : (.preActivation, nil)
  }
}

extension MeanExpression {
  /// The innermost term of an expression.
  fileprivate enum Source {
    case sum(step: Int, Step.SumPoint)
    case value(Int)
  }

  /// The innermost term, and the composition of all affine maps applied to it.
  fileprivate var flattened: (source: Source, affine: Affine?) {
    switch self {
    case .sum(let step, let point): (.sum(step: step, point), nil)
    case .mean(let value): (.value(value), nil)
    case .affine(let inner, let next):
      (inner.flattened.source, inner.flattened.affine?.followed(by: next) ?? next)
    }
  }
}

extension [MeanTap.Part] {
  /// Returns the parts with an affine map of all their channels applied afterwards.
  fileprivate func followed(by affine: Affine?) -> [MeanTap.Part] {
    guard let affine else { return self }
    var first = 0
    return map { part in
      var part = part
      let next = affine[first..<first + part.channels]
      part.affine = part.affine?.followed(by: next) ?? next
      first += part.channels
      return part
    }
  }
}
