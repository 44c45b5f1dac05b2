package import Machine

/// The members of a zip archive, including zip64, as listed in its central directory.
///
/// Every size and offset is checked against the file before it is used. Field positions are those of the .ZIP
/// File Format Specification (APPNOTE.TXT) 4.3.
package struct ZipArchive: Sendable {
  /// One member of an archive.
  package struct Entry: Sendable {
    package let name: String
    /// The size of the inflated content, in bytes.
    package let size: Int
    let crc32: UInt32
    let method: UInt16
    /// The stored or deflated bytes in the file.
    package let data: ByteRegion

    /// Whether the content is stored without compression.
    package var isStored: Bool { method == 0 }
  }

  /// The members, in the order of the directory.
  package let entries: [Entry]
  private let index: [String: Int]

  /// Whether some bytes begin with the magic number of an archive.
  package static func begins(_ file: ByteRegion) -> Bool {
    file.integer(at: 0, as: UInt32.self) == 0x0403_4B50
  }

  /// Reads the directory of an archive.
  ///
  /// - Throws: ``Malformed`` when the archive is truncated, inconsistent, encrypted or split.
  package init(_ file: ByteRegion) throws(Malformed) {
    let directory = try Directory(file)
    var entries: [Entry] = []
    var index: [String: Int] = [:]
    var position = directory.start
    var packed = 0
    for _ in 0..<directory.count {
      let (entry, next) = try directory.entry(at: position)
      guard index.updateValue(entries.count, forKey: entry.name) == nil else {
        throw Malformed("the archive lists '\(entry.name)' twice")
      }
      // Overlapping members would let a small archive inflate to a huge one.
      packed += entry.data.count
      guard packed <= file.count else { throw Malformed("the members of the archive overlap") }
      entries.append(entry)
      position = next
    }
    self.entries = entries
    self.index = index
  }

  /// The member of a name.
  package subscript(name: String) -> Entry? { index[name].map { entries[$0] } }
}

/// The location of the central directory, and its format.
private struct Directory {
  let file: ByteRegion
  let start: Int
  let end: Int
  let count: Int

  init(_ file: ByteRegion) throws(Malformed) {
    self.file = file
    guard let trailer = Self.trailer(file) else {
      throw Malformed("the archive has no directory at its end: the file is cut off")
    }
    guard let disk: UInt16 = file.integer(at: trailer + 4),
      let count: UInt16 = file.integer(at: trailer + 10),
      let size: UInt32 = file.integer(at: trailer + 12), let start: UInt32 = file.integer(at: trailer + 16)
    else { throw Malformed("the end of the archive is damaged") }
    guard disk == 0 || disk == .max else { throw Malformed("the archive is in several parts") }
    var extent = (count: UInt64(count), size: UInt64(size), start: UInt64(start), limit: trailer)
    if count == .max || size == .max || start == .max, let wide = try Self.wideTrailer(file, before: trailer)
    {
      extent = wide
    }
    guard let start = Int(exactly: extent.start), let size = Int(exactly: extent.size),
      let count = Int(exactly: extent.count), start <= extent.limit, size <= extent.limit - start,
      count <= size / 46  // the smallest size of a listing
    else { throw Malformed("the archive's directory is not inside the file") }
    self.start = start
    self.end = start + size
    self.count = count
  }

  /// Returns the offset of the end-of-directory record. A comment of up to 64 KiB may follow the record.
  private static func trailer(_ file: ByteRegion) -> Int? {
    var position = file.count - 22
    let least = max(0, position - 0xFFFF)
    while position >= least {
      if file.integer(at: position, as: UInt32.self) == 0x0605_4B50,
        file.integer(at: position + 20, as: UInt16.self).map(Int.init) == file.count - position - 22
      {
        return position
      }
      position -= 1
    }
    return nil
  }

  private static func wideTrailer(
    _ file: ByteRegion, before trailer: Int
  ) throws(Malformed) -> (count: UInt64, size: UInt64, start: UInt64, limit: Int)? {
    guard file.integer(at: trailer - 20, as: UInt32.self) == 0x0706_4B50 else { return nil }
    guard let offset = file.integer(at: trailer - 12, as: UInt64.self).flatMap(Int.init(exactly:)),
      file.integer(at: offset, as: UInt32.self) == 0x0606_4B50,
      let count: UInt64 = file.integer(at: offset + 32), let size: UInt64 = file.integer(at: offset + 40),
      let start: UInt64 = file.integer(at: offset + 48)
    else { throw Malformed("the archive's zip64 directory is damaged") }
    return (count, size, start, offset)
  }

  func entry(at position: Int) throws(Malformed) -> (ZipArchive.Entry, next: Int) {
    guard file.integer(at: position, as: UInt32.self) == 0x0201_4B50,
      let flags: UInt16 = file.integer(at: position + 8),
      let method: UInt16 = file.integer(at: position + 10),
      let crc32: UInt32 = file.integer(at: position + 16),
      let narrowPacked: UInt32 = file.integer(at: position + 20),
      let narrowSize: UInt32 = file.integer(at: position + 24),
      let nameLength: UInt16 = file.integer(at: position + 28),
      let extraLength: UInt16 = file.integer(at: position + 30),
      let commentLength: UInt16 = file.integer(at: position + 32),
      let narrowOffset: UInt32 = file.integer(at: position + 42),
      let nameBytes = file.slice(at: position + 46, count: Int(nameLength)),
      let extra = file.slice(at: position + 46 + Int(nameLength), count: Int(extraLength))
    else { throw Malformed("the archive's directory is damaged") }
    let next = position + 46 + Int(nameLength) + Int(extraLength) + Int(commentLength)
    guard next <= end else { throw Malformed("the archive's directory is damaged") }
    let name = nameBytes.utf8 ?? nameBytes.latin1
    guard flags & 1 == 0 else { throw Malformed("'\(name)' in the archive is encrypted") }
    guard method == 0 || method == 8 else {
      throw Malformed(
        "'\(name)' in the archive is packed by method \(method), which is neither stored nor deflated")
    }
    var fields = WideFields(extra)
    guard let size = try fields.value(narrowSize), let packed = try fields.value(narrowPacked),
      let offset = try fields.value(narrowOffset)
    else { throw Malformed("'\(name)' in the archive has an impossible size") }
    // The local header repeats the name, and may have a different extra field (PyTorch pads with it).
    guard file.integer(at: offset, as: UInt32.self) == 0x0403_4B50,
      let localName: UInt16 = file.integer(at: offset + 26),
      let localExtra: UInt16 = file.integer(at: offset + 28),
      let data = file.slice(at: offset + 30 + Int(localName) + Int(localExtra), count: packed)
    else { throw Malformed("'\(name)' in the archive is not inside the file") }
    guard method == 8 || size == packed else {
      throw Malformed("'\(name)' in the archive is stored but its two sizes differ")
    }
    return (ZipArchive.Entry(name: name, size: size, crc32: crc32, method: method, data: data), next)
  }
}

/// The zip64 extra field: 64-bit values for the fields of the listing that are all ones, in order.
private struct WideFields {
  private let values: ByteRegion?
  private var position = 0

  init(_ extra: ByteRegion) {
    var offset = 0
    var found: ByteRegion?
    while let tag: UInt16 = extra.integer(at: offset), let length: UInt16 = extra.integer(at: offset + 2) {
      if tag == 1 {
        found = extra.slice(at: offset + 4, count: Int(length))
        break
      }
      offset += 4 + Int(length)
    }
    values = found
  }

  /// Returns the value of a field: its 64-bit value if the 32-bit value is all ones; `nil` if it exceeds Int.
  mutating func value(_ narrow: UInt32) throws(Malformed) -> Int? {
    guard narrow == .max else { return Int(narrow) }
    guard let values, let wide: UInt64 = values.integer(at: position) else {
      throw Malformed("the archive's zip64 fields are damaged")
    }
    position += 8
    return Int(exactly: wide)
  }
}
