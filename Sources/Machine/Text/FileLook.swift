/// The format of a file that is not of the expected format, for a more helpful error.
package struct FileLook: Hashable {
  /// The format as a noun phrase: `JSON`, `a Parquet file`.
  package let kind: String
  /// The remedy, unless it is obvious.
  package var advice: Sentence?

  /// Names a file format.
  package init(kind: String, advice: Sentence? = nil) { (self.kind, self.advice) = (kind, advice) }

  /// Returns the error for a file of this format, if another format is expected.
  package func refusal(of name: String, wanted: String) -> Failure {
    Failure(.badData, "\(name) looks like \(kind), not like \(wanted)", remedy: advice)
  }

  private static let packed: Sentence = "unpack it first"
  private static let oneImage: Sentence = "for one image, give its folder"
  /// The magic numbers of binary formats.
  private static let beginnings: [(bytes: [UInt8], look: FileLook)] = [
    (ascii("PAR1"), FileLook(kind: "a Parquet file", advice: "write its images to files or tar files")),
    (ascii("ARROW1"), FileLook(kind: "an Arrow file", advice: "write its images to files or tar files")),
    (ascii("PK\u{3}\u{4}"), FileLook(kind: "a zip archive", advice: packed)),
    ([0x1F, 0x8B], FileLook(kind: "a gzip file", advice: packed)),
    (ascii("BZh"), FileLook(kind: "a bzip2 file", advice: packed)),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], FileLook(kind: "an xz file", advice: packed)),
    ([0x28, 0xB5, 0x2F, 0xFD], FileLook(kind: "a zstd file", advice: packed)),
    ([0x37, 0x7A, 0xBC, 0xAF], FileLook(kind: "a 7z archive", advice: packed)),
    (ascii("Rar!"), FileLook(kind: "a rar archive", advice: packed)),
    ([0x89] + ascii("HDF"), FileLook(kind: "an HDF5 file")),
    ([0x93] + ascii("NUMPY"), FileLook(kind: "a NumPy array (.npy)")),
    (ascii("SQLite format 3"), FileLook(kind: "an SQLite database")),
    (ascii("MATLAB 5.0"), FileLook(kind: "a MATLAB file")),
    (ascii("%PDF"), FileLook(kind: "a PDF document")),
    ([0x7F] + ascii("ELF"), FileLook(kind: "a program")),
    ([0x89] + ascii("PNG"), FileLook(kind: "a PNG image", advice: oneImage)),
    ([0xFF, 0xD8, 0xFF], FileLook(kind: "a JPEG image", advice: oneImage)),
    (ascii("GIF8"), FileLook(kind: "a GIF image", advice: oneImage)),
    (ascii("RIFF"), FileLook(kind: "a WebP image", advice: oneImage)),
    ([0xFF, 0xFE, 0, 0], FileLook(kind: "UTF-32", advice: "save it as UTF-8")),
    ([0, 0, 0xFE, 0xFF], FileLook(kind: "UTF-32", advice: "save it as UTF-8")),
  ]

  /// Returns the binary format of a file from its first bytes; `nil` if they look like text.
  static func binary(_ bytes: ArraySlice<UInt8>) -> FileLook? {
    if let known = beginnings.first(where: { bytes.starts(with: $0.bytes) }) {
      // A file name may begin with the same letters, if the magic number is letters alone.
      let isText = known.bytes.allSatisfy { (32..<127).contains($0) } && !hasControls(bytes)
      return isText ? nil : known.look
    }
    if bytes.first == 0x80, (2...5).contains(bytes.dropFirst().first ?? 0) {
      return FileLook(kind: "a Python pickle")
    }
    return bytes.dropFirst(257).starts(with: ascii("ustar")) ? FileLook(kind: "a tar file") : nil
  }

  /// Whether bytes contain control characters that no text contains.
  private static func hasControls(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.contains { $0 < 32 && !(9...13).contains($0) }
  }

  /// Returns the format of bytes that contain zeros and begin with no known magic number.
  static func unknown(_ bytes: ArraySlice<UInt8>) -> FileLook {
    let head = Array(bytes.prefix(64))
    let zeros = (0..<2).map { side in
      stride(from: side, to: head.count, by: 2).count { head[$0] == 0 }
    }
    if zeros.reduce(0, +) * 2 >= head.count - 1, zeros.contains(0), head.count > 3 {
      return FileLook(kind: "UTF-16 without a byte-order mark", advice: "save it as UTF-8")
    }
    return FileLook(kind: "a binary file", advice: oneImage)
  }

  /// Returns the document format of a text, from its first characters.
  package static func document(_ text: [UInt8]) -> FileLook? {
    let lines = Array(UserLines(Array(text.prefix(1 << 16))).map(\.trimmed).filter { !$0.isEmpty }.prefix(2))
    guard let first = lines.first else { return nil }
    let word = String(decoding: first.prefix(24), as: UTF8.self).lowercased()
    if word.hasPrefix("version https://git-lfs") {
      return FileLook(kind: "a pointer of Git LFS", advice: "fetch the file itself with 'git lfs pull'")
    }
    if word.hasPrefix("<!doctype html") || word.hasPrefix("<html") {
      return FileLook(kind: "a web page (HTML)", advice: "download the file itself")
    }
    if word.hasPrefix("<") { return FileLook(kind: "XML") }
    guard word.hasPrefix("{") || word.hasPrefix("[") else { return nil }
    let rest = first.dropFirst().trimmed
    let openers = Set("\"{[]}".utf8)
    let closer: UInt8 = word.hasPrefix("{") ? 125 : 93
    let isJSON = rest.first.map { openers.contains($0) } ?? true || rest.last == closer
    guard isJSON else { return nil }
    let isLines = first.last == 125 && lines.dropFirst().first?.first == UInt8(ascii: "{")
    return FileLook(kind: isLines ? "JSON, a document a line" : "JSON")
  }

  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
}
