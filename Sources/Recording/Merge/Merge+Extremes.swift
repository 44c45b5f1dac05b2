import Dumps
import Formats
import Foundation
import Machine
import Statistics

extension Merge {
  /// Puts the extremes of one layer of all shards together.
  ///
  /// - Returns: The SHA-256 of the whole.
  /// - Throws: ``Failure``: a file is not what its manifest says, or a write failed.
  func mergeExtremes(_ array: Manifest.Array, _ index: Int) throws(Failure) -> String {
    let units = array.rowShape.reduce(1, *)
    let limit = parts[0].manifest.extremes?.limit ?? 0
    var whole: LayerExtremes?
    var files: [RecordedExtremes] = []
    for part in parts {
      let (source, path) = try part.array(index, like: array)
      try part.check(try ArrayFile.digest(ofFile: path), of: source)
      let first = part.shard.firstRow
      let file = try RecordedExtremes(
        path, units: units, limit: limit, rows: first..<first + part.manifest.images.count)
      // A file of this layout is there: what the manifest says of it can be kept in memory, too.
      let sum = whole ?? LayerExtremes(units: units, limit: limit)
      whole = sum
      for unit in 0..<units {
        let ends = try file.ends(ofUnit: unit)
        let statistics = file.statistics(ofUnit: unit)
        sum.absorb(
          low: ends.low, high: ends.high, digits: file.digits(ofUnit: unit), count: statistics.count,
          nonPositive: statistics.nonPositive, intoUnit: unit)
      }
      files.append(file)
    }
    let sample = SampledValues(rows: files.flatMap(\.sampleRows)) { units in
      units.flatMap { unit in files.flatMap { $0.sample(ofUnit: unit) } }
    }
    let path = "\(folder.path)/\(array.file)"
    try whole?.write(to: path, sample: sample)
    return try ArrayFile.digest(ofFile: path)
  }
}

extension Merge.Part {
  /// The bytes of all its files.
  var bytes: Int {
    manifest.arrays.reduce(0) { $0 + (Disk.size(of: "\(folder.path)/\($1.file)") ?? 0) }
  }

  /// What the manifest says of an array, a layer's or, after them, the output's, and where it is.
  ///
  /// - Throws: ``Failure`` of kind `badData` where that is not of the whole's kind.
  func array(_ index: Int, like whole: Manifest.Array) throws(Failure) -> (
    Manifest.Array, path: String
  ) {
    // All shards have the same arrays: their manifests were compared.
    let array = manifest.arrays[index]
    guard array.images == manifest.images.count, array.rowShape == whole.rowShape, array.dtype == whole.dtype,
      array.unitMajor == whole.unitMajor
    else { throw Failure(.badData, "\(folder.manifest) contradicts itself about \(array.file)") }
    return (array, "\(folder.path)/\(array.file)")
  }

  /// Compares a digest with what the manifest says.
  ///
  /// - Throws: ``Failure`` of kind `badData`.
  func check(_ digest: String, of array: Manifest.Array) throws(Failure) {
    guard digest == array.sha256 else {
      throw Failure(
        .badData,
        "\(folder.path)/\(array.file) does not have the SHA-256 of its manifest",
        remedy: "record the shard again with \(.overwrite)"
      )
    }
  }
}
