package import Machine
package import Tensor

/// Writes tensors as safetensors, all of them `F32`, without gaps.
package enum SafetensorsWriter {
  /// Writes named tensors in the given order.
  ///
  /// The file appears under its name only when it is complete and on disk.
  ///
  /// - Parameters:
  ///   - tensors: Pairs of name and tensor. Names are unique and not `__metadata__`.
  ///   - metadata: Texts for the header's `__metadata__`.
  ///   - path: The file to create or replace.
  /// - Throws: ``Failure`` when the file cannot be created or written, or a name is repeated.
  package static func write(
    _ tensors: [(String, Tensor)], metadata: [String: String] = [:], to path: String
  ) throws(Failure) {
    try write(
      tensors.map { ($0.0, $0.1.shape) }, metadata: metadata, to: path, reading: { tensors[$0].1 })
  }

  /// Writes every tensor of a source and reads one at a time.
  ///
  /// - Parameters:
  ///   - source: The source of the tensors.
  ///   - metadata: Texts for the header's `__metadata__`.
  ///   - path: The file to create or replace.
  /// - Throws: ``Failure`` when the file cannot be created or written or a tensor cannot be read.
  package static func write(
    _ source: any TensorSource, metadata: [String: String] = [:], to path: String
  ) throws(Failure) {
    let names = source.names
    let entries = names.map { ($0, source.shape(of: $0) ?? []) }
    try write(entries, metadata: metadata, to: path) { (index) throws(Failure) in
      do { return try source.tensor(named: names[index]) } catch let error as Failure {
        throw error
      } catch {
        throw Failure(.badData, path: path, "\(error)")
      }
    }
  }

  private static func write(
    _ entries: [(name: String, shape: Shape)], metadata: [String: String], to path: String,
    reading tensor: (Int) throws(Failure) -> Tensor
  ) throws(Failure) {
    var names: Set<String> = []
    for (name, _) in entries where !names.insert(name).inserted || name == "__metadata__" {
      throw Failure(.badData, path: path, "the tensor name '\(name)' cannot be used twice")
    }
    let file: AtomicFile
    // Errors name the file as the user did, and not what a link of that name leads to.
    do {
      file = try AtomicFile(output: path)
      try file.append(header(entries, metadata))
    } catch { throw error.about(path) }
    for (index, entry) in entries.enumerated() {
      let tensor = try tensor(index)
      guard tensor.shape == entry.shape else {
        throw Failure(.badData, path: path, "tensor '\(entry.name)' is \(tensor.shape), not \(entry.shape)")
      }
      do throws(Failure) {
        try tensor.withUnsafeBufferPointer { (elements) throws(Failure) in
          try file.append(UnsafeRawBufferPointer(elements))
        }
      } catch { throw error.about(path) }
    }
    do { try file.commit() } catch { throw error.about(path) }
  }

  /// Returns the length and the JSON, padded with spaces so that the elements start at a multiple of eight
  /// bytes.
  private static func header(_ entries: [(name: String, shape: Shape)], _ metadata: [String: String])
    -> [UInt8]
  {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var offset = 0
    for (name, shape) in entries {
      let end = offset + shape.count * MemoryLayout<Float>.size
      let extents = shape.extents.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(extents)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    json += repeatElement(0x20, count: (8 - json.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        result += "\\u" + String(scalar.value, radix: 16).zeroPadded(to: 4)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
