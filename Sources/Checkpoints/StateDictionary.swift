public import Machine
public import Tensor

extension Checkpoint {
  /// The tensors of one dictionary, without the key it is under.
  ///
  /// - Parameter key: The dotted path and prefix, `state_dict.module` say. By default what is under `model` or
  ///   `state_dict` where those hold everything a network has, else the whole file.
  /// - Returns: The tensors, in file order.
  /// - Throws: ``Failure`` when there is no tensor under the key.
  public func stateDictionary(key: String? = nil) throws(Failure) -> StateDictionary {
    let prefix = key.map { $0.isEmpty ? "" : "\($0)." } ?? wrapping
    let dictionary = StateDictionary(self, prefix: prefix)
    guard !dictionary.names.isEmpty else {
      throw Failure(
        .badData, path: path,
        "there are no tensors under the key '\(key ?? "")'; '\(.weightsInspect)' lists its keys")
    }
    return dictionary
  }

  /// The prefix of the state dictionary in the files that training scripts write, at times twice.
  private var wrapping: String {
    var prefix = ""
    for _ in 0..<4 {
      let path = String(prefix.dropLast())
      // A dictionary with an accuracy or two beside the key is no state dictionary.
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

/// The tensors of a checkpoint whose names begin alike, without that beginning.
public struct StateDictionary: TensorSource {
  /// What is left out of the names, with the dot after it.
  public let prefix: String
  /// The names in file order.
  public let names: [String]
  /// What the checkpoint says about each tensor, under the shorter names.
  public let tensors: [TensorInfo]
  private let base: Checkpoint

  fileprivate init(_ base: Checkpoint, prefix: String) {
    (self.base, self.prefix) = (base, prefix)
    tensors = base.tensors.filter { $0.name.hasPrefix(prefix) }.map {
      TensorInfo(name: String($0.name.dropFirst(prefix.count)), shape: $0.shape, elementType: $0.elementType)
    }
    names = tensors.map(\.name)
  }

  /// The shape of a tensor, `nil` when there is none of that name.
  public func shape(of name: String) -> Shape? { base.shape(of: prefix + name) }

  /// Reads a tensor as `Float`.
  ///
  /// - Throws: What ``Checkpoint/tensor(named:)`` does.
  public func tensor(named name: String) throws -> Tensor { try base.tensor(named: prefix + name) }
}
