extension Manifest {
  /// A file of a dump, with the digest it should have; none until the file is complete.
  package struct File: Sendable {
    package var file: String
    package var sha256: String?

    package init(file: String, sha256: String?) { (self.file, self.sha256) = (file, sha256) }
  }

  /// The layers, then the output where there is one.
  package var arrays: [Array] { layers + (logits.map { [$0] } ?? []) }

  /// The files that stores left: those of ``arrays``, then the baselines.
  package var files: [File] {
    arrays.map { File(file: $0.file, sha256: $0.sha256) }
      + (baselines ?? []).map { File(file: $0.file, sha256: $0.sha256) }
  }

  /// The choice of what is kept of the activations.
  package var keep: Retention { extremes.map { .extremes($0.limit) } ?? .all }

  /// Adds a layer or, as the array without a name, the output.
  package mutating func append(_ array: Array) {
    if array.name == nil { logits = array } else { layers.append(array) }
  }

  /// Changes every layer's array, and the output's.
  package mutating func forEachArray(_ body: (inout Array) -> Void) {
    for index in layers.indices { body(&layers[index]) }
    if var array = logits {
      body(&array)
      logits = array
    }
  }

  /// Notes the digest of a file, or that it is not complete.
  package mutating func seal(_ file: String, _ digest: String?) {
    forEachArray { if $0.file == file { $0.sha256 = digest } }
    for index in (baselines ?? []).indices where baselines?[index].file == file {
      baselines?[index].sha256 = digest
    }
  }
}
