import Tensor

/// The mean over positions of one value, as a run computes it: `sum / positions * scale + shift`.
package struct MeanTap: Sendable {
  /// Index into the plan's taps.
  package let tap: Int
  /// The slot the sum is in.
  package let slot: Int
  package let positions: Int
  package let affine: Affine?
}

/// Where a run leaves the sums of one step: `channels` doubles per image.
package struct SumSlot: Sendable {
  package let channels: Int
}

extension Program {
  /// Arranges for the mean of each tapped value.
  ///
  /// - Parameters:
  ///   - taps: The values, by node index, one for each tap.
  ///   - inEpilogues: Whether sums of values in memory, too, are added up by the steps that compute them.
  /// - Returns: How each mean follows from a sum, and the slots the sums are left in.
  package mutating func takeMeans(of taps: [Int], inEpilogues: Bool) -> (taps: [MeanTap], slots: [SumSlot]) {
    var slots: [SumSlot] = []
    var recorded: [Int: Int] = [:]  // value → slot of a separate sum
    let results = taps.enumerated().map { tap, value -> MeanTap in
      let positions = shapes[value].positions
      if let (step, point, affine) = sumInFusion(of: value) ?? (inEpilogues ? sumInEpilogue(of: value) : nil)
      {
        let slot = steps[step].sums[point] ?? slots.count
        if slot == slots.count { slots.append(SumSlot(channels: shapes[value].channels)) }
        steps[step].sums[point] = slot
        return MeanTap(tap: tap, slot: slot, positions: positions, affine: affine)
      }
      let slot = recorded[value] ?? slots.count
      if slot == slots.count {
        slots.append(SumSlot(channels: shapes[value].channels))
        recorded[value] = slot
        record(value, .sums(slot: slot))
      }
      return MeanTap(tap: tap, slot: slot, positions: positions, affine: nil)
    }
    return (results, slots)
  }

  /// Keeps another reduction of a value, which must be in memory.
  package mutating func record(_ value: Int, _ what: Step.Record) {
    guard let producer = steps.firstIndex(where: { $0.output == value && !$0.isRecord }) else {
      preconditionFailure("value \(value) is not in memory")
    }
    let name = "record \(steps[producer].name)"
    steps.insert(
      Step(id: -1, name: name, operation: .record(what), inputs: [value], output: -1), at: producer + 1)
  }

  /// The step and point whose sum gives the mean of a value that fusion removed, and the affine map from one to
  /// the other.
  private func sumInFusion(of value: Int) -> (step: Int, Step.SumPoint, Affine?)? {
    guard let (id, point, affine) = means[value]?.flattened,
      let step = steps.firstIndex(where: { $0.id == id })
    else { return nil }
    return (step, point, affine)
  }

  /// The same for a value in memory, if the step that writes it can add it up.
  private func sumInEpilogue(of value: Int) -> (step: Int, Step.SumPoint, Affine?)? {
    guard let step = steps.firstIndex(where: { $0.output == value }) else { return nil }
    if case .layerNorm = steps[step].operation { return (step, .output, nil) }
    guard steps[step].hasEpilogue else { return nil }
    guard steps[step].activation == nil else { return (step, .output, nil) }
    return steps[step].residual == nil ? (step, .raw, steps[step].affine) : (step, .preActivation, nil)
  }
}

extension Step {
  /// Whether the step only keeps something for the caller.
  package var isRecord: Bool {
    if case .record = operation { true } else { false }
  }
}

extension MeanExpression {
  fileprivate var flattened: (step: Int, Step.SumPoint, Affine?)? {
    switch self {
    case .sum(let step, let point): (step, point, nil)
    case .affine(let inner, let map):
      inner.flattened.map { ($0.step, $0.1, $0.2?.followed(by: map) ?? map) }
    }
  }
}
