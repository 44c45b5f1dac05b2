package import Machine

/// Iterates over the members of a tar file, header by header. The contents are skipped.
///
/// Reads v7, ustar, pax and GNU archives. No file is ever extracted, so a name cannot escape from a folder.
package struct TarReader {
  /// A member of an archive.
  package struct Member {
    package enum Kind {
      case file, directory
      /// A hard or symbolic link, which has no bytes of its own.
      case link
      /// A device, a pipe, or a header about the archive itself.
      case other
    }
    /// The name, however the archive's format stores it.
    package let name: [UInt8]
    package let kind: Kind
    /// The member's bytes, as offsets in the source.
    package let range: Range<Int>
  }

  /// The largest sizes of names and pax headers, in bytes. No real archive exceeds them.
  private static let maximumName = 1 << 16, maximumRecords = 1 << 20

  private var window: ByteWindow
  private var position: Int
  private let name: String

  /// Creates a reader for a range of a source: all of it, or an archive within an archive.
  package init(_ source: ByteSource, _ range: Range<Int>, name: String) {
    (window, position, self.name) = (ByteWindow(source, range), range.lowerBound, name)
  }

  /// Whether bytes begin with a tar header.
  package static func recognises(_ bytes: ArraySlice<UInt8>) -> Bool {
    let block = bytes.prefix(TarHeader.size)
    return TarHeader(block) != nil || block.count == TarHeader.size && block.allSatisfy { $0 == 0 }
  }

  /// Returns the next member; `nil` after the last one.
  ///
  /// - Throws: ``Failure`` of kind `badData` when the archive is damaged, truncated or of an unknown format.
  package mutating func next() throws(Failure) -> Member? {
    var longName: [UInt8]?
    var pax = PaxRecords()
    var isExtended = false
    while let header = try header(isExpected: isExtended) {
      let start = position + TarHeader.size
      // Links and devices have no bytes, whatever their size field (as in Python's tarfile and GNU tar).
      let isEmpty = (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(header.type)
      let known = isEmpty ? 0 : header.size
      let isExtension = [UInt8]("LKxgX".utf8).contains(header.type)
      let size = isExtension || isEmpty ? known : pax.size ?? known
      let shown = EscapedText.escaped((pax.path ?? longName ?? header.name)[...])
      guard let size else {
        throw error("\(shown) has a size that is no number from 0 on")
      }
      guard size <= window.range.upperBound - start else {
        throw error("it ends inside \(shown)")
      }
      // The padding of the last member may be missing.
      position = min(
        start + (size + TarHeader.size - 1) / TarHeader.size * TarHeader.size, window.range.upperBound)
      switch header.type {
      case UInt8(ascii: "L"):
        let text = try extra(at: start, size, atMost: Self.maximumName)
        longName = Array(TarHeader.text(text))
        isExtended = true
      case UInt8(ascii: "K"):
        isExtended = true
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        guard pax.add(try extra(at: start, size, atMost: Self.maximumRecords)) else {
          throw error("the pax header at byte \(start) makes no sense")
        }
        isExtended = true
      case UInt8(ascii: "g"):
        // A global header contains no names or sizes, but may mark sparse files.
        var records = PaxRecords()
        guard records.add(try extra(at: start, size, atMost: Self.maximumRecords)) else {
          throw error("the pax header at byte \(start) makes no sense")
        }
      case UInt8(ascii: "S"):
        throw error("\(shown) is stored as a sparse file; pack it without --sparse", isDamage: false)
      case UInt8(ascii: "M"):
        throw error("it continues another volume; pack it as one", isDamage: false)
      default:
        guard !pax.isSparse else {
          throw error("\(shown) is stored as a sparse file; pack it without --sparse", isDamage: false)
        }
        let name = pax.path ?? longName ?? header.name
        return Member(
          name: name, kind: Self.kind(header.type, name), range: start..<start + size)
      }
    }
    return nil
  }

  /// Returns the contents of a member; `nil` if they are longer than a limit.
  ///
  /// - Throws: ``Failure`` of kind `badData`.
  package mutating func content(of member: Member, atMost limit: Int) throws(Failure) -> ArraySlice<
    UInt8
  >? {
    member.range.count > limit
      ? nil : try window.read(at: member.range.lowerBound, count: member.range.count)
  }

  /// Whether another archive follows the end-of-archive marker.
  ///
  /// - Throws: ``Failure`` of kind `badData`.
  package mutating func goesOn() throws(Failure) -> Bool {
    // Programs pad their last record with zeros to 10 KiB, or to a size that the user sets.
    let limit = min(position + (1 << 16), window.range.upperBound)
    while position <= limit - TarHeader.size {
      guard let block = try window.read(at: position, count: TarHeader.size) else { return false }
      if TarHeader(block) != nil { return true }
      position += TarHeader.size
    }
    return false
  }

  /// Reads the header at the current position; `nil` at the end.
  private mutating func header(isExpected: Bool) throws(Failure) -> TarHeader? {
    let left = window.range.upperBound - position
    guard let block = try window.read(at: position, count: min(left, TarHeader.size)) else {
      throw error("it ends inside a header")
    }
    // A zero block ends an archive. An archive that ends at a header position without zero blocks is
    // complete, too.
    if block.allSatisfy({ $0 == 0 }) {
      guard !isExpected else { throw error("it ends after a header that speaks of a next one") }
      return nil
    }
    guard block.count == TarHeader.size else { throw error("it ends inside a header") }
    guard let header = TarHeader(block) else {
      throw error(
        position == window.range.lowerBound
          ? "it does not begin as a tar file does" : "the header at byte \(position) has a wrong checksum")
    }
    return header
  }

  private mutating func extra(
    at start: Int, _ size: Int, atMost limit: Int
  ) throws(Failure) -> ArraySlice<UInt8> {
    guard size <= limit else { throw error("the name or pax header at byte \(start) has \(size) bytes") }
    guard let bytes = try window.read(at: start, count: size) else { throw error("it ends inside a header") }
    return bytes
  }

  private static func kind(_ type: UInt8, _ name: [UInt8]) -> Member.Kind {
    switch type {
    case UInt8(ascii: "1"), UInt8(ascii: "2"): .link
    case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): .other
    case UInt8(ascii: "V"), UInt8(ascii: "N"), UInt8(ascii: "D"): .other
    case UInt8(ascii: "5"): .directory
    // Before the type letter existed, directories were files whose names end with a slash.
    default: name.last == UInt8(ascii: "/") ? .directory : .file
    }
  }

  private func error(_ reason: String, isDamage: Bool = true) -> Failure {
    isDamage
      ? Failure(.badData, "the archive \(name) is damaged: \(reason)", remedy: "obtain it again")
      : Failure(.badData, "the archive \(name) cannot be read: \(reason)")
  }
}
