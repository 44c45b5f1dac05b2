package import Inference
package import Layers
import Machine
package import Models
package import Statistics
import Synchronization
import Tensor

/// A comparison of a network with the results of another implementation.
package struct Verification: Sendable, Codable {
  /// The number of images compared.
  package var images: Int
  /// The comparisons of all arrays: layers in order of execution, then the logits.
  package var arrays: [ArrayComparison]
  /// The first layer, in order of execution, whose error exceeds its tolerance.
  package var firstOff: String?

  /// Whether every array is within its tolerance.
  package var passes: Bool { arrays.allSatisfy(\.passes) }

  /// The tolerance if neither the user nor the reference states one.
  package static let defaultTolerance = 1e-4

  /// Runs the network on the reference's inputs, and compares every array.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - weights: The weights of the network.
  ///   - reference: The reference to compare with.
  ///   - tolerance: The largest error that passes, relative to the RMS of an array. By default, four times
  ///     the error that the reference records for PyTorch itself in fp32, and at least 5e-6. For a reference
  ///     without such a record, ``defaultTolerance``. The tolerance is never smaller than the promise of the
  ///     precision, ``Layers/Precision/promise``.
  ///   - options: The kernels and the numeric precision.
  ///   - batchSize: The number of images in a batch.
  ///   - threads: The number of threads.
  /// - Returns: The comparison of every array.
  /// - Throws: The errors of loading the weights, and of reading the reference.
  package static func run(
    _ model: Model, weights: Weights, against reference: Reference, tolerance: Double? = nil,
    options: Plan.Options = Plan.Options(), batchSize: Int = 8, threads: Int = ProcessorCount.available
  ) throws -> Verification {
    try run(
      WeightsIdentity(model, weights), against: reference, tolerance: tolerance, options: options,
      batchSize: batchSize, threads: threads)
  }

  /// As the method above, with weights that have been examined.
  package static func run(
    _ identity: WeightsIdentity, against reference: Reference, tolerance: Double? = nil,
    options: Plan.Options = Plan.Options(), batchSize: Int = 8, threads: Int = ProcessorCount.available
  ) throws -> Verification {
    let network = try Network(identity, recording: reference.taps.map(\.layer), options: options)
    let computed = try network.runAll(reference.input(), batchSize: batchSize, threads: threads)
    var arrays: [ArrayComparison] = []
    func compare(_ name: String, _ key: String, _ values: [Float]) throws {
      let own = reference.ownError(of: name).map { max(4 * $0, 5e-6) } ?? defaultTolerance
      arrays.append(
        .compare(
          name, values, with: try reference.array(key), units: values.count / reference.images,
          tolerance: tolerance ?? max(own, options.precision.promise)))
    }
    for (index, tap) in reference.taps.enumerated() { try compare(tap.layer, tap.key, computed.taps[index]) }
    if reference.hasLogits { try compare("logits", "logits", computed.output) }
    return Verification(
      images: reference.images, arrays: arrays, firstOff: arrays.first { !$0.passes }?.name)
  }
}

extension Precision {
  /// The guaranteed bound on the error of any layer of any network, relative to the RMS of its array
  /// (docs/numerics.md).
  package var promise: Double {
    switch self {
    case .fp32: 5e-6
    case .bf16x3: 1e-4
    case .bf16: 8e-2
    }
  }
}

extension Network {
  /// Runs the network on preprocessed inputs, images × channels × height × width. Returns images × units for
  /// each tap, and the outputs.
  fileprivate func runAll(
    _ inputs: Tensor, batchSize: Int, threads: Int
  ) throws -> (taps: [[Float]], output: [Float]) {
    let images = inputs.shape[0]
    let results = Mutex(
      (
        taps: plan.taps.map { [Float](repeating: .nan, count: images * $0.shape.count) },
        output: [Float](repeating: .nan, count: images * plan.output.shape.count)
      ))
    let batch = max(min(batchSize, (images + threads - 1) / threads), 1)
    try forEach(
      in: [0..<images].chunks(ofAtMost: batch), threads: min(threads, images / batch),
      state: { Workspace(for: plan, batchSize: batch) }
    ) { workspace, rows throws(Failure) in
      for (place, row) in rows.enumerated() { workspace.setInput(of: place, inputs.image(row)) }
      workspace.run(images: rows.count)
      results.withLock { [workspace] results in
        for (place, row) in rows.enumerated() {
          for tap in plan.taps.indices {
            workspace.withTap(tap, of: place) { results.taps[tap].replace(row: row, with: $0) }
          }
          workspace.withOutput(of: place) { results.output.replace(row: row, with: $0) }
        }
      }
    }
    return results.withLock { $0 }
  }
}

extension Tensor {
  /// Returns one image of a batch.
  fileprivate func image(_ index: Int) -> Tensor {
    let shape = Shape(Array(self.shape.extents.dropFirst()))
    return withUnsafeBufferPointer { elements in
      Tensor(shape: shape, Array(elements[index * shape.count..<(index + 1) * shape.count]))
    }
  }
}

extension [Float] {
  fileprivate mutating func replace(row: Int, with values: UnsafeBufferPointer<Float>) {
    replaceSubrange(row * values.count..<(row + 1) * values.count, with: values)
  }
}
