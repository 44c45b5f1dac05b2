package import Machine
import Tensor

/// An array in an `.npz` archive, of which only the header has been read.
package struct NPZMember: Sendable {
  /// The name of the array, without `.npy`.
  package let name: String
  /// Its type, order and shape.
  package let header: NPYHeader
  /// Where in the member's content its elements begin.
  package let start: Int
  /// The member of the archive.
  package let entry: ZipArchive.Entry

  /// The ending of an array's name in the archive.
  private static let ending = ".npy"

  /// The most that a header takes, with what comes before it.
  private static let longestHeader = 12 + 1 << 16

  /// Whether a member is an array, by its name.
  package static func isArray(_ entry: ZipArchive.Entry) -> Bool { entry.name.hasSuffix(ending) }

  /// The name of a member without the ending that makes it an array.
  package static func name(of entry: ZipArchive.Entry) -> String { String(entry.name.dropLast(ending.count)) }

  /// Reads the header; only that much is inflated.
  ///
  /// - Throws: ``Malformed`` when there is none, or it describes something other than numbers.
  package init(_ entry: ZipArchive.Entry) throws(Malformed) {
    (name, self.entry) = (Self.name(of: entry), entry)
    (header, start) = try NPYHeader.parse(try entry.prefix(Self.longestHeader))
  }

  /// The bytes there are of elements.
  package var byteCount: Int { entry.size - start }

  /// Whether there are as many bytes as the header says.
  package var isWhole: Bool {
    let (size, overflow) = header.shape.count.multipliedReportingOverflow(by: header.elementType.byteCount)
    return !overflow && size == byteCount
  }

  /// The elements where they lie in the file; `nil` where they are compressed.
  package var elements: ByteRegion? { entry.isStored ? entry.data.slice(at: start, count: byteCount) : nil }
}
