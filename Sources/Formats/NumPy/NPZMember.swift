package import Machine
import Tensor

/// An array in an `.npz` archive, of which only the header has been read.
package struct NPZMember: Sendable {
  /// The name of the array, without `.npy`.
  package let name: String
  /// The dtype, axis order and shape of the array.
  package let header: NPYHeader
  /// The offset of the elements in the content of the member.
  package let start: Int
  /// The member of the archive.
  package let entry: ZipArchive.Entry

  /// The suffix of an array's name in the archive.
  private static let ending = ".npy"

  /// The largest byte count of a header, including the magic and the length before it.
  private static let longestHeader = 12 + 1 << 16

  /// Whether a member is an array, according to its name.
  package static func isArray(_ entry: ZipArchive.Entry) -> Bool { entry.name.hasSuffix(ending) }

  /// The name of a member, without the suffix of arrays.
  package static func name(of entry: ZipArchive.Entry) -> String { String(entry.name.dropLast(ending.count)) }

  /// Reads the header. No more than the header is inflated.
  ///
  /// - Throws: ``Malformed`` when the header is missing, or its dtype is not numeric.
  package init(_ entry: ZipArchive.Entry) throws(Malformed) {
    (name, self.entry) = (Self.name(of: entry), entry)
    (header, start) = try NPYHeader.parse(try entry.prefix(Self.longestHeader))
  }

  /// The number of bytes available for the elements.
  package var byteCount: Int { entry.size - start }

  /// Whether the byte count of the elements is that of the header.
  package var isWhole: Bool {
    let (size, overflow) = header.shape.count.multipliedReportingOverflow(by: header.elementType.byteCount)
    return !overflow && size == byteCount
  }

  /// The elements in the file, without a copy; `nil` if the member is compressed.
  package var elements: ByteRegion? { entry.isStored ? entry.data.slice(at: start, count: byteCount) : nil }
}
