public import Machine
public import Tensor

/// All differences between a checkpoint and the parameters of a graph, reported at once.
public struct BindingError: Explained, Equatable {
  /// Names of parameters that the source does not have.
  public var missing: [String] = []
  /// Names of tensors that the model does not use.
  public var unexpected: [String] = []
  /// Parameters whose shape differs, with both shapes.
  public var mismatched: [String] = []

  /// Creates a report without problems.
  public init() {}

  /// Weights are data.
  public var kind: Failure.Kind { .badData }

  /// The problems, one sentence per kind; long lists are shortened.
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
  /// Checks that `source` has exactly the parameters of this graph, with the same shapes. No tensor is read.
  ///
  /// - Throws: ``BindingError`` with all differences.
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
