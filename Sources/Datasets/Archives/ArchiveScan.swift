import Formats
import Foundation
import Machine

/// The contents of one archive: its images in the order of their headers, and the text files that label them.
struct ArchiveScan {
  /// The path of the file, and its version when it was opened.
  let file: [UInt8]
  let version: FileVersion?
  /// The prefix of the paths of the archive's rows: the file's path relative to the root, and the name of an
  /// inner archive.
  let name: [UInt8]
  /// A slash and the name of the inner archive; empty for an archive that is not inside another one.
  let innerName: [UInt8]
  /// The names of the images, normalised (without `./` and without a leading slash).
  var names = PackedStrings()
  /// The offset of each image in the file, and its byte count.
  var offsets: [Int] = []
  var sizes: [Int] = []
  /// The names of the text files that may label a sample, without `.cls` or `.json`, and their labels. A text
  /// file without a valid label has one of ``NoLabel``.
  var keys = PackedStrings()
  var labels: [Int32] = []
  /// The number of images that are links, and the name of the first one.
  var links = 0
  var firstLink = ""
  /// Whether another archive follows the end-of-archive marker.
  var goesOn = false
  /// The inner archives.
  var inner: [(name: [UInt8], range: Range<Int>)] = []

  /// Reads the headers of an archive.
  ///
  /// - Throws: ``Failure`` of kind `badData` for a malformed archive.
  init(
    _ source: ByteSource, _ range: Range<Int>, file: [UInt8], name: [UInt8], inner: [UInt8] = []
  ) throws(Failure) {
    (self.file, self.name, innerName, version) = (file, name + inner, inner, source.version)
    let shown = source.name + EscapedText.escaped(inner[...])
    var reader = TarReader(source, range, name: shown)
    while let member = try reader.next() {
      let path = Self.normal(member.name)
      switch member.kind {
      case .directory, .other: continue
      case .link:
        guard ImageNames.isImage(path[...]) else { continue }
        if links == 0 { firstLink = EscapedText.escaped(path[...]) }
        links += 1
      case .file:
        if ImageNames.isImage(path[...]) {
          names.append(path[...])
          offsets.append(member.range.lowerBound)
          sizes.append(member.range.count)
        } else if ImageNames.isArchive(path[...]) {
          self.inner.append((path, member.range))
        } else if let label = try Self.label(in: member, path, &reader) {
          keys.append(path[..<Self.stemEnd(path[...])])
          labels.append(label)
        }
      }
    }
    goesOn = try reader.goesOn()
  }

  /// Reads an archive file, and its inner archives.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` or `badData`.
  static func all(of file: [UInt8], name: [UInt8]) throws(Failure) -> [ArchiveScan] {
    let source = try ByteSource(file)
    var head = ByteWindow(source, 0..<source.count)
    let start = try head.read(at: 0, count: min(TarHeader.size, source.count)) ?? []
    guard TarReader.recognises(start) else { throw refusal(of: source.name, beginning: start) }
    let outer = try ArchiveScan(source, 0..<source.count, file: file, name: name)
    var scans = [outer]
    let inner = outer.inner.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    for (index, archive) in inner.enumerated() {
      // Of two archives of the same name the later one counts, because it overwrites the other on extraction.
      if index + 1 < inner.count, inner[index + 1].name == archive.name { continue }
      let path = [UInt8(ascii: "/")] + archive.name
      let scan = try ArchiveScan(source, archive.range, file: file, name: name, inner: path)
      guard scan.inner.isEmpty else {
        throw Failure(
          .badData,
          "\(source.name)\(EscapedText.escaped(path[...])) is an archive in an archive and holds archives",
          remedy: "unpack the outermost one"
        )
      }
      scans.append(scan)
    }
    return scans
  }

  /// The magic numbers of compressed files, and the programs that decompress them.
  private static let packers: [(magic: [UInt8], program: String)] = [
    ([0x1F, 0x8B], "gunzip"), ([0x42, 0x5A, 0x68], "bunzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "unxz"),
    ([0x28, 0xB5, 0x2F, 0xFD], "unzstd"),
  ]

  /// Whether the first bytes of a file are those of an archive or a compressed file, rather than a text.
  static func recognises(_ beginning: ArraySlice<UInt8>) -> Bool {
    TarReader.recognises(beginning) || packers.contains { beginning.starts(with: $0.magic) }
  }

  /// Returns the error about a file that is not a tar file.
  private static func refusal(of name: String, beginning: ArraySlice<UInt8>) -> Failure {
    if let packer = packers.first(where: { beginning.starts(with: $0.magic) }) {
      return Failure(
        .badData,
        "\(name) is compressed, and images are read from the middle of archives",
        remedy: "run \(packer.program) on it first"
      )
    }
    if beginning.isEmpty { return Failure(.badData, "\(name) is empty") }
    return Failure(.badData, "\(name) is not a tar file", remedy: "obtain it again")
  }

  /// Returns the end index of the key, which all members of a WebDataset sample share. It is the first dot of
  /// the last component.
  static func keyEnd(_ path: ArraySlice<UInt8>) -> Int {
    let base = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex
    return path[base...].firstIndex(of: UInt8(ascii: ".")) ?? path.endIndex
  }

  /// Returns the end index of a path without its last extension.
  static func stemEnd(_ path: ArraySlice<UInt8>) -> Int {
    path[keyEnd(path)...].lastIndex(of: UInt8(ascii: ".")) ?? path.endIndex
  }

  /// Returns the name of a member without `.` components, double slashes and a leading slash.
  private static func normal(_ name: [UInt8]) -> [UInt8] {
    let parts = name.split(separator: UInt8(ascii: "/")).filter { $0 != [UInt8(ascii: ".")] }
    return Array(parts.joined(separator: [UInt8(ascii: "/")]))
  }

  /// The values that replace a label if a text file has no valid one.
  enum NoLabel {
    /// No text file with a label.
    static let none: Int32 = -1
    /// A `.cls` text that is not a class index.
    static let noIndex: Int32 = -2
    /// A `.json` text that is not valid JSON.
    static let noJSON: Int32 = -3
  }

  /// Returns the label in a text file: the number in a `.cls` file, or a numeric `label` in a `.json` file.
  /// Returns `nil` for other members.
  ///
  /// An invalid text is an error only if an image needs its label.
  private static func label(
    in member: TarReader.Member, _ path: [UInt8], _ reader: inout TarReader
  ) throws(Failure) -> Int32? {
    // The extensions are those of WebDataset, without regard to case.
    let kind = path[stemEnd(path[...])...].map { (65...90).contains($0) ? $0 + 32 : $0 }
    if kind.elementsEqual(".cls".utf8) {
      guard let text = try reader.content(of: member, atMost: 256) else { return NoLabel.noIndex }
      return ClassLabel(withoutMark(text).text)?.index ?? NoLabel.noIndex
    }
    guard kind.elementsEqual(".json".utf8) else { return nil }
    guard let text = try reader.content(of: member, atMost: 1 << 20),
      let object = try? JSONSerialization.jsonObject(
        with: Data(withoutMark(text)), options: .fragmentsAllowed)
    else { return NoLabel.noJSON }
    let label = (object as? [String: Any])?["label"]
    if let synset = label as? String { return ClassLabel(Array(synset.utf8)[...])?.index ?? NoLabel.none }
    guard let number = label as? NSNumber, let index = Int32(exactly: number.doubleValue), index >= 0
    else { return NoLabel.none }
    return index
  }

  /// Returns a text without the byte-order mark of UTF-8.
  private static func withoutMark(_ text: some Collection<UInt8>) -> ArraySlice<UInt8> {
    let bytes = Array(text)
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
  }
}
