package import Machine
package import Tensor

extension Checkpoint {
  /// Returns the tensors of one dictionary, with its key removed from their names.
  ///
  /// - Parameter key: The dotted path and prefix, for example `state_dict.module`. The default is `model` or
  ///   `state_dict` when it holds a network's whole state dict, else the whole file.
  /// - Returns: The tensors, in file order.
  /// - Throws: ``Failure`` when there is no tensor under the key.
  package func stateDictionary(key: String? = nil) throws(Failure) -> StateDictionary {
    let prefix = key.map { $0.isEmpty ? "" : "\($0)." } ?? wrapping
    let dictionary = StateDictionary(self, prefix: prefix)
    guard !dictionary.names.isEmpty else {
      throw Failure(
        .badData, path: path,
        "there are no tensors under the key '\(key ?? "")'; '\(.weightsInspect)' lists its keys")
    }
    return dictionary
  }

  /// The prefix of the state dict in files that training scripts write. Some files nest two such keys.
  private var wrapping: String {
    var prefix = ""
    for _ in 0..<4 {
      let path = String(prefix.dropLast())
      // An accuracy or two beside the key do not make the outer dictionary a state dict.
      let beside = tensors.count { dictionary(of: $0.name) == path }
      let key = ["model", "state_dict"].first { key in
        names.count { $0.hasPrefix("\(prefix)\(key).") } > beside
      }
      guard let key else { break }
      prefix += "\(key)."
    }
    return prefix
  }
}

/// The tensors of a checkpoint whose names have a common prefix, which is removed.
package struct StateDictionary: TensorSource {
  /// The removed prefix, with its trailing dot.
  package let prefix: String
  /// The names in file order.
  package let names: [String]
  /// The descriptions of the tensors, under the shorter names.
  package let tensors: [TensorInfo]
  private let base: Checkpoint

  fileprivate init(_ base: Checkpoint, prefix: String) {
    (self.base, self.prefix) = (base, prefix)
    tensors = base.tensors.filter { $0.name.hasPrefix(prefix) }.map {
      TensorInfo(name: String($0.name.dropFirst(prefix.count)), shape: $0.shape, elementType: $0.elementType)
    }
    names = tensors.map(\.name)
  }

  /// Returns the shape of a tensor, `nil` when no tensor has that name.
  package func shape(of name: String) -> Shape? { base.shape(of: prefix + name) }

  /// Reads a tensor as `Float`.
  ///
  /// - Throws: The errors of ``Checkpoint/tensor(named:)``.
  package func tensor(named name: String) throws -> Tensor { try base.tensor(named: prefix + name) }
}
