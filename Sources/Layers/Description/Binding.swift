package import Machine
package import Tensor

/// All differences between a checkpoint and the parameters of a graph, reported at once.
package struct BindingError: Explained, Equatable {
  /// Names of parameters that the source does not have.
  package var missing: [String] = []
  /// Names of tensors that the model does not use.
  package var unexpected: [String] = []
  /// Parameters whose shape differs, with both shapes.
  package var mismatched: [String] = []

  /// Creates a report without problems.
  package init() {}

  /// Weights are data.
  package var kind: Failure.Kind { .badData }

  /// The problems, one sentence per kind; long lists are shortened.
  package var sentence: Sentence {
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
  package func check(_ source: any TensorSource) throws(BindingError) {
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
