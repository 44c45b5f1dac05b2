import Machine
import Statistics

/// The locations of the images in archives: 12 bytes per row.
struct ArchiveIndex: Sendable {
  /// An archive, or an archive within an archive, with its first row.
  struct Archive: Sendable {
    /// The prefix of the paths of its rows. A slash and the name of the member follow it.
    let name: [UInt8]
    /// The path of the file.
    let file: [UInt8]
    /// The suffix of the name after the path of the file: a slash and the name of the inner archive, or
    /// nothing.
    let inner: [UInt8]
    /// The version of the file when its headers were read.
    let version: FileVersion
    let firstRow: Int
  }

  private var archives: [Archive] = []
  private var offsets: [Int] = []
  private var sizes: [UInt32] = []

  /// The approximate memory of the index, in bytes.
  var byteCount: Int { 256 * archives.count + 8 * offsets.capacity + 4 * sizes.capacity }

  /// Begins the rows of an archive.
  mutating func begin(_ scan: ArchiveScan, version: FileVersion) {
    archives.append(
      Archive(
        name: scan.name, file: scan.file, inner: scan.innerName, version: version, firstRow: offsets.count))
  }

  /// Adds a row to the current archive.
  mutating func append(offset: Int, size: Int) {
    offsets.append(offset)
    // Images of 4 GiB or more are refused when they are read, so their exact size does not matter.
    sizes.append(UInt32(clamping: size))
  }

  /// Returns the archive of a row.
  func archive(ofRow row: Int) -> Archive {
    archives[max(archives.partitioningIndex { $0.firstRow > row } - 1, 0)]
  }

  /// Returns the byte range of a row's image in the file of its archive.
  func range(ofRow row: Int) -> Range<Int> {
    let (end, overflow) = offsets[row].addingReportingOverflow(Int(sizes[row]))
    return offsets[row]..<(overflow ? Int.max : end)
  }

  /// Drops all but the first `count` rows.
  mutating func truncate(to count: Int) {
    guard count < offsets.count else { return }
    offsets.removeSubrange(count...)
    sizes.removeSubrange(count...)
  }
}
