package import Machine
package import Tensor

/// The arrays of an `.npz` archive whose members are stored, not deflated: read where they lie.
package struct NPZArchive: Sendable {
  /// One array.
  package struct Member: Sendable {
    /// Its type, order and shape.
    package let header: NPYHeader
    /// Its elements.
    package let elements: ByteRegion
  }

  private let members: [String: Member]

  /// Reads the directory and every header.
  ///
  /// - Throws: What is wrong with the bytes, in words that follow the file's name.
  package init(_ file: ByteRegion) throws(Malformed) {
    let archive = try ZipArchive(file)
    var members: [String: Member] = [:]
    for entry in archive.entries where entry.name.hasSuffix(".npy") {
      guard entry.isStored else {
        throw Malformed("'\(entry.name)' in it is compressed")
      }
      let (header, start) = try NPYHeader.parse(entry.data)
      let bytes = header.shape.count.multipliedReportingOverflow(by: header.elementType.byteCount)
      guard !bytes.overflow, let elements = entry.data.slice(at: start, count: bytes.partialValue),
        start + bytes.partialValue == entry.data.count
      else {
        throw Malformed("'\(entry.name)' in it has not as many numbers as it says")
      }
      members[String(entry.name.dropLast(".npy".count))] = Member(header: header, elements: elements)
    }
    self.members = members
  }

  /// The array of a name, without `.npy`.
  package subscript(name: String) -> Member? { members[name] }
}

extension NPZArchive {
  /// Opens an archive that this program wrote.
  package init(file path: String) throws {
    try self.init(try MappedFile(path).region)
  }

  /// The numbers of a little-endian array of integers in C order; `nil` when there is none of that name and type.
  package func integers<Element: FixedWidthInteger>(of name: String, as elementType: ElementType)
    -> [Element]?
  {
    guard let member = self[name], member.header.elementType == elementType, !member.header.isBigEndian,
      !member.header.isFortranOrder, elementType.byteCount == MemoryLayout<Element>.size
    else { return nil }
    return (0..<member.header.shape.count).compactMap {
      member.elements.integer(at: $0 * MemoryLayout<Element>.size, as: Element.self)
    }
  }
}
