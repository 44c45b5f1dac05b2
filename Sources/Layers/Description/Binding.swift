public import Machine
public import Tensor

/// Everything that stops a checkpoint from filling a graph, reported at once.
public struct BindingError: Explained, Equatable {
  /// Parameters the source does not have.
  public var missing: [String] = []
  /// Tensors the model has no use for.
  public var unexpected: [String] = []
  /// Parameters of another shape, with both shapes.
  public var mismatched: [String] = []

  /// Creates a report of no problems.
  public init() {}

  /// Weights are data.
  public var kind: Failure.Kind { .badData }

  /// All problems, long lists cut short.
  public var sentence: Sentence {
    let problems = [
      ("missing from the checkpoint", missing), ("not part of the model", unexpected),
      ("of the wrong shape", mismatched),
    ]
    .filter { !$0.1.isEmpty }
    .map { title, names in
      let shown = names.prefix(12).joined(separator: ", ")
      return "\(names.count) \(title): \(shown)\(names.count > 12 ? ", …" : "")"
    }
    return "\(problems.joined(separator: "; "))"
  }
}

extension Graph {
  /// Checks that `source` holds exactly this graph's parameters, without reading them.
  ///
  /// - Throws: ``BindingError`` with everything that is wrong.
  public func check(_ source: any TensorSource) throws(BindingError) {
    var problems = BindingError()
    for parameter in parameters {
      guard let shape = source.shape(of: parameter.name) else {
        problems.missing.append(parameter.name)
        continue
      }
      if shape != parameter.shape {
        problems.mismatched.append("\(parameter.name) is \(shape), expected \(parameter.shape)")
      }
    }
    let known = Set(parameters.map(\.name)).union(ignoredParameters)
    problems.unexpected = source.names.filter { !known.contains($0) }.sorted()
    guard problems == BindingError() else { throw problems }
  }
}
