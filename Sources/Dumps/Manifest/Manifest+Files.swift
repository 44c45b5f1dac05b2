extension Manifest {
  /// A file of a dump, with its expected digest; `nil` until the file is complete.
  package struct File: Sendable {
    package var file: String
    package var sha256: String?

    package init(file: String, sha256: String?) { (self.file, self.sha256) = (file, sha256) }
  }

  /// The arrays of the layers, then that of the output if there is one.
  package var arrays: [Array] { layers + (logits.map { [$0] } ?? []) }

  /// The files of all stores: those of ``arrays``, then the baselines.
  package var files: [File] {
    arrays.map { File(file: $0.file, sha256: $0.sha256) }
      + (baselines ?? []).map { File(file: $0.file, sha256: $0.sha256) }
  }

  /// The part of the activations that is kept.
  package var keep: Retention { extremes.map { .extremes($0.limit) } ?? .all }

  /// Adds the array of a layer, or that of the output, which has no name.
  package mutating func append(_ array: Array) {
    if array.name == nil { logits = array } else { layers.append(array) }
  }

  /// Modifies the array of every layer and that of the output.
  package mutating func forEachArray(_ body: (inout Array) -> Void) {
    for index in layers.indices { body(&layers[index]) }
    if var array = logits {
      body(&array)
      logits = array
    }
  }

  /// Sets the digest of a file; `nil` marks the file as not complete.
  package mutating func seal(_ file: String, _ digest: String?) {
    forEachArray { if $0.file == file { $0.sha256 = digest } }
    for index in (baselines ?? []).indices where baselines?[index].file == file {
      baselines?[index].sha256 = digest
    }
  }
}
