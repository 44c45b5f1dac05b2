package import Machine

/// A complete dump, opened for reading: the input of the study's stimuli, of the atlas and of lists of units.
package struct RecordedDump: Sendable {
  /// The folder.
  package let path: String
  /// The origin and the contents of the dump.
  package let manifest: Manifest
  /// Its images, one per row.
  package let images: RecordedImages
  /// Its layers, in the order of the manifest.
  package let layers: [RecordedLayer]

  /// Opens a dump. No array is read yet.
  ///
  /// - Throws: ``Failure`` when no dump is there, the dump is not complete, or its parts contradict each
  ///   other.
  package init(opening path: String) throws(Failure) {
    let path = PathText.withoutTrailingSlash(path)
    let folder = DumpFolder(path: path)
    guard Disk.isDirectory(folder.manifest) == false else {
      throw Failure(.inputMissing, "\(path) is not a dump: it has no manifest.json")
    }
    let manifest = try Manifest.read(folder.manifest)
    guard manifest.state == .complete else {
      throw Failure(
        .badData, "\(path) is not complete (\(manifest.state.rawValue))",
        remedy: "go on with it by \(.dump, with: .resume) first"
      )
    }
    (self.path, self.manifest) = (path, manifest)
    let images = try RecordedImages(folder.imagesTable, rows: manifest.images.count)
    self.images = images
    var layers: [RecordedLayer] = []
    for array in manifest.layers {
      layers.append(try RecordedLayer(array, of: manifest, in: path, rows: images.count))
    }
    self.layers = layers
  }

  /// Returns the layer with a name in PyTorch's spelling or in the study's.
  ///
  /// - Throws: ``UnknownName`` with the nearest of the recorded layers.
  package func layer(named name: String) throws(UnknownName) -> RecordedLayer {
    if let layer = layers.first(where: { $0.name == name || $0.studyName == name }) { return layer }
    // CLIP's layers may be named without the prefix of their tower.
    if let layer = layers.first(where: { $0.name == "visual.\(name)" || $0.studyName == "visual_\(name)" }) {
      return layer
    }
    throw UnknownName(
      .recordedLayer(dump: path), name: name,
      known: name.contains(".") ? layers.map(\.name) : layers.map(\.studyName))
  }
}
