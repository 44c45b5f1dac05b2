package import Machine
package import Tensor

/// The arrays of an `.npz` archive whose members are stored, not deflated. The elements are read in place.
package struct NPZArchive: Sendable {
  /// One array.
  package struct Member: Sendable {
    /// The dtype, axis order and shape of the array.
    package let header: NPYHeader
    /// The elements of the array.
    package let elements: ByteRegion
  }

  private let members: [String: Member]

  /// Reads the directory and every header.
  ///
  /// - Throws: ``Malformed``, in words that follow the name of the file.
  package init(_ file: ByteRegion) throws(Malformed) {
    var members: [String: Member] = [:]
    for entry in try ZipArchive(file).entries where NPZMember.isArray(entry) {
      guard entry.isStored else {
        throw Malformed("'\(entry.name)' in it is compressed")
      }
      let member = try NPZMember(entry)
      guard member.isWhole, let elements = member.elements else {
        throw Malformed("'\(entry.name)' in it has not as many numbers as it says")
      }
      members[member.name] = Member(header: member.header, elements: elements)
    }
    self.members = members
  }

  /// The array of a name, which does not include `.npy`.
  package subscript(name: String) -> Member? { members[name] }
}

extension NPZArchive {
  /// Opens an archive that this program wrote.
  package init(file path: String) throws {
    try self.init(try MappedFile(path).region)
  }

  /// The values of a little-endian array of integers in C order; `nil` if the archive has no array of that
  /// name and dtype.
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
