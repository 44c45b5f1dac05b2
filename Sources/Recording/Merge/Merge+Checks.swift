import Dumps
import Machine

extension Merge {
  /// Checks that the parts are all shards of one recording, each once and complete.
  ///
  /// - Throws: ``Failure`` that names every missing shard and every missing row.
  static func check(_ parts: [Part]) throws(Failure) {
    guard let first = parts.first else { throw Failure(.usage, "there are no shards to merge") }
    for part in parts.dropFirst() {
      var differences = first.manifest.differences(from: part.manifest, ignoringShard: true).map(
        \.description)
      if part.shard.count != first.shard.count {
        differences.append("\(first.shard.count) shards, not \(part.shard.count)")
      }
      if part.shard.imagesOfAll != first.shard.imagesOfAll {
        differences.append("\(first.shard.imagesOfAll) images in all, not \(part.shard.imagesOfAll)")
      }
      guard differences.isEmpty else {
        throw Failure(
          .badData,
          "\(first.folder.path) and \(part.folder.path) are not of one recording:"
            + " \(differences.joined(separator: "; "))")
      }
    }
    for (a, b) in zip(parts, parts.dropFirst()) where a.shard.index == b.shard.index {
      throw Failure(
        .badData, "\(a.folder.path) and \(b.folder.path) are both shard \(a.shard.index)",
        remedy: "name one of them")
    }
    let missing = Set(0..<first.shard.count).subtracting(parts.map(\.shard.index)).sorted()
    var lacks: [String] = []
    if !missing.isEmpty {
      lacks.append(
        "\(missing.count) of \(first.shard.count) shards are missing: \(Ranges.text(missing, separator: ", "))"
      )
    }
    let incomplete = parts.filter { $0.manifest.state != .complete }
    for part in incomplete.prefix(8) { lacks.append(try part.whatIsMissing()) }
    if incomplete.count > 8 { lacks.append("and \(incomplete.count - 8) more are not complete") }
    guard lacks.isEmpty else {
      throw Failure(
        missing.isEmpty ? .badData : .inputMissing,
        "\(lacks.joined(separator: "; "))", remedy: "record the rest with \(.resume)")
    }
    guard parts.contains(where: { $0.manifest.images.skipped < $0.manifest.images.count }) else {
      throw Failure(
        .badData,
        "none of the images of these shards could be read: there is nothing to merge",
        remedy: "see their images.tsv")
    }
  }

  /// Finds an unfinished merge at the output, to resume it.
  ///
  /// - Returns: Its manifest. `nil` to start a new merge: there is no earlier merge, a shard has changed
  ///   since, or files that were complete are missing.
  /// - Throws: ``Failure`` of kind `cannotCreate` for a dump that is not a merge of these shards.
  func earlier(_ manifest: Manifest) throws(Failure) -> Manifest? {
    guard existing == .resume, try folder.contents() == .output else { return nil }
    let earlier = try Manifest.read(folder.manifest)
    let isSame = earlier.differences(from: manifest).isEmpty && earlier.merged == manifest.merged
    guard earlier.merged != nil, isSame || earlier.state != .complete else {
      throw Failure(
        .cannotCreate,
        "\(folder.path) holds another dump than these shards make",
        remedy: "give \(.overwrite) to replace it, or another \(.output)"
      )
    }
    let isThere = earlier.arrays.allSatisfy {
      $0.sha256 == nil || Disk.size(of: "\(folder.path)/\($0.file)") != nil
    }
    return isSame && isThere ? earlier : nil
  }
}

extension Merge.Part {
  /// Returns text such as `OUT/shard-3-of-8 is not complete: it has 375 of its 500 images, without rows
  /// 1875-1999`. Rows are numbered as in the whole recording.
  fileprivate func whatIsMissing() throws(Failure) -> String {
    let pending = try folder.pendingRows(of: manifest)
    let done = manifest.images.count - pending.rowCount
    let rows = pending.ranges.map { $0.lowerBound + shard.firstRow...$0.upperBound - 1 + shard.firstRow }
    var text = rows.prefix(5).map(Ranges.text).joined(separator: ", ")
    if rows.count > 5 { text += " and \(rows.count - 5) more ranges" }
    return
      "\(folder.path) is not complete: it has \(done) of its \(manifest.images.count) images, without rows \(text)"
  }
}
