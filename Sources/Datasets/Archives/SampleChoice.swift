import Machine

/// The choice of the recorded image of each WebDataset sample in an archive.
///
/// Members belong to one sample if their names are equal up to the first dot. The rest of a name is the
/// extension, WebDataset's key of the member. If a label has the whole name of an image except for its last
/// extension (`a.b.jpg`, `a.b.cls`), these two members form a sample of their own.
struct SampleChoice {
  /// The images that are not recorded.
  struct Left {
    /// The number of images beside the selected ones, and the keys of the first such sample.
    var parts = 0
    var example = ""
    /// The number of samples without an image of the requested keys, and the keys of the first such sample.
    var samples = 0
    var found = ""

    /// Remarks for the user.
    var remarks: [Sentence] {
      var remarks: [Sentence] = []
      if samples > 0 {
        remarks.append("\(samples) samples have no image of the key asked for and are left out: \(found)")
      }
      if parts > 0 {
        remarks.append(
          "\(parts) images are parts of a sample and left out: \(example); \(.imageKey) chooses others")
      }
      return remarks
    }
  }

  private let scan: ArchiveScan
  private let labels: SampleLabels
  private let keys: [[UInt8]]

  /// Prepares the choice for an archive.
  ///
  /// - Parameters:
  ///   - scan: The archive.
  ///   - labels: Its labels.
  ///   - keys: The keys of images. The first key that a sample has is used. If empty, a sample must have a
  ///     single image.
  init(_ scan: ArchiveScan, _ labels: SampleLabels, keys: [[UInt8]]) {
    (self.scan, self.labels) = (scan, labels)
    self.keys = keys.map { Self.lowercased($0.first == UInt8(ascii: ".") ? $0.dropFirst() : $0[...]) }
  }

  /// Returns whether each image of the archive is recorded.
  ///
  /// - Parameters:
  ///   - order: The images of the archive, without duplicate names.
  ///   - left: Receives the images that are not recorded.
  /// - Returns: A flag for each image, by its index in the archive.
  /// - Throws: ``Failure`` of kind `badData` for a sample with several images, none of which is the obvious
  ///   choice.
  func images(among order: [Int], _ left: inout Left) throws(Failure) -> [Bool] {
    var chosen = [Bool](repeating: false, count: scan.names.count)
    var rest = order.sorted { name($0)[..<keyEnd($0)].lexicographicallyPrecedes(name($1)[..<keyEnd($1)]) }[
      ...]
    while let first = rest.first {
      let key = name(first)[..<keyEnd(first)]
      let sample = rest.prefix { name($0)[..<keyEnd($0)].elementsEqual(key) }
      rest = rest.dropFirst(sample.count)
      if let image = try image(of: sample, &left) { chosen[image] = true }
    }
    return chosen
  }

  private func image(of sample: ArraySlice<Int>, _ left: inout Left) throws(Failure) -> Int? {
    if !keys.isEmpty {
      for key in keys {
        if let image = sample.first(where: { Self.lowercased(extensions($0)) == key }) { return image }
      }
      if left.samples == 0 { left.found = description(of: sample) }
      left.samples += 1
      return nil
    }
    // A simple extension belongs to the image, a compound one to an additional image: NAME.seg.png beside
    // NAME.jpg.
    let plain = sample.filter { !extensions($0).contains(UInt8(ascii: ".")) }
    let candidates = plain.isEmpty ? Array(sample) : plain
    guard candidates.count == 1 else {
      let option = candidates.first.map { EscapedText.escaped(extensions($0)) } ?? ""
      throw Failure(
        .badData,
        "\(shownArchive): \(description(of: sample))",
        remedy: "say which is meant, with \(.imageKey, option) say")
    }
    if sample.count > 1 {
      if left.parts == 0 { left.example = description(of: sample) }
      left.parts += sample.count - 1
    }
    return candidates[0]
  }

  private var shownArchive: String {
    EscapedText.escaped(scan.file[...]) + EscapedText.escaped(scan.innerName[...])
  }

  /// Returns a description such as `sample 0001 has the images input.jpg, target.jpg`.
  private func description(of sample: ArraySlice<Int>) -> String {
    let all = sample.prefix(5).map { EscapedText.escaped(extensions($0)) }.joined(separator: ", ")
    let key = sample.first.map { EscapedText.escaped(name($0)[..<keyEnd($0)]) } ?? ""
    return
      "sample \(key) has \(sample.count == 1 ? "the image" : "the images") \(all)\(sample.count > 5 ? "…" : "")"
  }

  private func name(_ row: Int) -> ArraySlice<UInt8> { scan.names.utf8(row) }

  private func keyEnd(_ row: Int) -> Int {
    let name = name(row)
    let (key, stem) = (ArchiveScan.keyEnd(name), ArchiveScan.stemEnd(name))
    return key != stem && labels[name[..<stem]] != nil ? stem : key
  }

  /// Returns the part of a name after the key of the sample and a dot.
  private func extensions(_ row: Int) -> ArraySlice<UInt8> { name(row)[keyEnd(row)...].dropFirst() }

  private static func lowercased(_ text: ArraySlice<UInt8>) -> [UInt8] {
    text.map { (65...90).contains($0) ? $0 + 32 : $0 }
  }
}
