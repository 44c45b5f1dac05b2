import Checkpoints
import Layers
import Machine
package import Models
import Tensor

/// The results of another implementation: inputs, outputs and the means of layers.
package struct Reference: Sendable {
  /// The number of images.
  package let images: Int
  /// The path of the file.
  package let path: String
  /// The metadata of the file: weights, versions, the error of the other implementation.
  package let metadata: [String: String]

  /// The layers in the file, by canonical name, with the name of each tensor.
  let taps: [(layer: String, key: String)]
  private let file: Checkpoint
  private let seeded: Tensor?

  /// Opens a safetensors or npz file. It contains `logits` [N, outputs], any number of `tap/<layer>` [N,
  /// units], and `input` [N, 3, height, width]. Instead of the input, it may have the metadata `input`
  /// (`seeded:S`) and `input_shape`.
  ///
  /// - Throws: ``UnknownName`` for a layer; ``Failure`` for a file that cannot be read, and for an array that
  ///   is missing or has the wrong shape.
  package init(_ path: String, for model: Model) throws {
    file = try Checkpoint.open(path)
    (self.path, metadata) = (path, file.metadata)
    seeded = try file.shape(of: "input") == nil ? Self.seededInput(file) : nil
    let shape = seeded?.shape ?? file.shape(of: "input") ?? []
    guard shape.rank == 4, Shape(Array(shape.extents.dropFirst())) == model.inputShape, shape[0] > 0 else {
      throw Failure(
        .badData,
        "\(path): its input is \(shape), but \(model.identifier) takes images of \(model.inputShape)")
    }
    images = shape[0]
    let graph = try model.graph()
    let layers = try Dictionary(
      file.names.filter { $0.hasPrefix("tap/") }.map { key in
        (try model.layer(named: String(key.dropFirst(4))), key)
      }
    ) { first, _ in first }
    taps = graph.names.compactMap { name in layers[name].map { (name, $0) } }
    guard !taps.isEmpty || file.shape(of: "logits") != nil else {
      throw Failure(.badData, "\(path) holds neither 'logits' nor any 'tap/<layer>' to compare with")
    }
    for (layer, key) in taps { try check(key, units: graph.shape(of: layer)?.channels ?? 0) }
    if hasLogits, model.head == .absent {
      throw Failure(
        .badData, "\(path) has 'logits' to compare with, and the weights of \(model.identifier) have no head")
    }
    if hasLogits { try check("logits", units: model.outputs) }
  }

  /// Whether the file contains the outputs of the network.
  var hasLogits: Bool { file.shape(of: "logits") != nil }

  /// Returns all inputs, images × 3 × height × width.
  func input() throws -> Tensor { try seeded ?? file.tensor(named: "input") }

  /// Returns an array, given its name in the file.
  func array(_ key: String) throws -> [Float] { try file.tensor(named: key).elements }

  /// Returns the largest error of PyTorch itself in fp32; `nil` if the file does not state it.
  func ownError(of array: String) -> Double? {
    metadata[array == "logits" ? "fp32_error_logits" : "fp32_error_taps"].flatMap(Double.init)
  }

  private func check(_ key: String, units: Int) throws(Failure) {
    let shape = file.shape(of: key) ?? []
    guard shape == [images, units] else {
      throw Failure(.badData, "\(path): '\(key)' is \(shape), expected \(Shape([images, units]))")
    }
  }

  private static func seededInput(_ file: Checkpoint) throws(Failure) -> Tensor {
    guard let source = file.metadata["input"], source.hasPrefix("seeded:"),
      let seed = UInt64(source.dropFirst("seeded:".count)), let extents = file.metadata["input_shape"]
    else {
      throw Failure(
        .badData, "\(file.path) has no 'input', nor metadata that says how to make it again")
    }
    let shape = extents.split(separator: ",").compactMap { Int($0) }
    guard shape.count == 4, shape.allSatisfy({ (1...4096).contains($0) }), shape.reduce(1, *) <= 1 << 28
    else {
      throw Failure(.badData, "\(file.path): the input shape '\(extents)' makes no sense")
    }
    let deviation = file.metadata["input_deviation"].flatMap(Double.init) ?? 1
    return SeededInput.tensor(seed: seed, shape: Shape(shape), deviation: deviation)
  }
}
