import Machine
import Tensor

extension Plan: CustomStringConvertible {
  /// The steps, one per line, with their fused operations, kernels, shapes, bytes and placements; then the
  /// cost of recording and the total memory.
  public var description: String {
    let header = ["step", "layer", "kernel", "in → out", "then", "weights", "place in an image's memory"]
    let lines = [header] + steps.indices.map(row)
    let table = TextTable.lines(lines, right: [0, 5])
    return (table + [""] + summary).joined(separator: "\n")
  }

  private func row(_ index: Int) -> [String] {
    let step = steps[index].step
    let inputs = step.inputs.map { shapes[$0].description }.joined(separator: ", ")
    let weights = cost(of: index).weightBytes
    return [
      "\(index)", step.name, kernelName(of: index),
      step.isRecord ? inputs : "\(inputs) → \(shape(of: index))",
      step.epilogueWords.joined(separator: ", "), weights > 0 ? weights.asWholeBytes : "", place(of: index),
    ]
  }

  /// Returns the placement of the result: `@offset + size`, `in` the buffer of a concatenation, or a note
  /// that no data is moved.
  private func place(of index: Int) -> String {
    let step = steps[index].step
    guard !step.isRecord, let placement = storage.placements[step.output] else { return "" }
    let buffer = storage.buffers[placement.buffer]
    let bytes = shapes[step.output].count * MemoryLayout<Float>.size
    let start = (buffer.offset + placement.offset) * MemoryLayout<Float>.size
    let isPart = placement.positionStride != shapes[step.output].channels
    var words = ["@\(start) + \(bytes)"]
    if isPart { words.append("one of \(placement.positionStride) channels") }
    if step.reads.contains(where: { storage.placements[$0] == placement }) && !isIdle(index) {
      words.append("in place")
    }
    if isIdle(index) { words.append("nothing moves") }
    return words.joined(separator: ", ")
  }

  private var summary: [String] {
    let idle = steps.indices.count(where: isIdle)
    let computing = steps.map(\.step).filter { $0.hasEpilogue && !$0.isMap }
    let affine = computing.count { $0.affine != nil }
    let sums = computing.count { $0.residual != nil }
    let activations = computing.count { $0.activation != nil }
    let weights = steps.indices.reduce(0) { $0 + cost(of: $1).weightBytes }
    let costs = steps.indices.map(cost)
    let moved = costs.reduce(0) { $0 + $1.activationBytes }
    let unshared = storage.buffers.reduce(0) { $0 + $1.count } * 4
    var lines = [
      "\(steps.count) steps for \(shapes.count - 1) layers, \(idle) of which move nothing; tier \(options.tier),"
        + " \(options.precision.rawValue)",
      "fused into \(computing.count) convolutions and linear layers: \(affine) scales and shifts, \(sums) sums,"
        + " \(activations) activations",
      "\(costs.reduce(0) { $0 + $1.multiplyAdds }) multiply-adds an image;"
        + " \(moved.asWholeBytes) of activations read and written",
      "memory: \(weights.asWholeBytes) of packed weights; \((storage.count * 4).asWholeBytes) of activations an image"
        + " (\(unshared.asWholeBytes) if nothing were shared);"
        + " \(workspaceBytes(batchSize: 1).asWholeBytes) for a thread that runs one image at a time",
    ]
    guard !taps.isEmpty else { return lines + ["nothing is recorded"] }
    let inEpilogues = steps.reduce(0) { $0 + $1.step.sums.count }
    let passes = steps.count { $0.step.isRecord }
    lines.append(
      "recorded: \(taps.count) layers, \(taps.reduce(0) { $0 + $1.shape.count }) numbers an image,"
        + " from \(inEpilogues) sums taken while results are computed and \(passes) passes over results")
    return lines
  }
}

extension Step {
  /// The operations applied to each result before it is stored, in order, and the sums taken between them.
  package var epilogueWords: [String] {
    var words: [String] = []
    if affine != nil { words.append("scale-shift") }
    if residual != nil { words.append("residual") }
    if let activation { words.append(activation.kind) }
    let points: [(SumPoint, String)] = [
      (.raw, "raw"), (.preActivation, "pre-activation"), (.output, "output"),
    ]
    let taken = points.filter { sums[$0.0] != nil }.map(\.1)
    if !taken.isEmpty { words.append("sums of \(taken.joined(separator: ", "))") }
    return words
  }
}
