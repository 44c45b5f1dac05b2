import Machine
import Statistics

/// Where the images of archives are, row by row: 12 bytes each.
struct ArchiveIndex: Sendable {
  /// An archive, or one within an archive, and the first of its rows.
  struct Archive: Sendable {
    /// What its rows are called, before a slash and the member's name.
    let name: [UInt8]
    /// The path of the file.
    let file: [UInt8]
    /// What is behind the file's path in the name: a slash and the name of the inner archive, or nothing.
    let inner: [UInt8]
    /// The file as it was when its headers were read.
    let version: FileVersion
    let firstRow: Int
  }

  private var archives: [Archive] = []
  private var offsets: [Int] = []
  private var sizes: [UInt32] = []

  /// About the memory the index takes, in bytes.
  var byteCount: Int { 256 * archives.count + 8 * offsets.capacity + 4 * sizes.capacity }

  /// Begins the rows of an archive.
  mutating func begin(_ scan: ArchiveScan, version: FileVersion) {
    archives.append(
      Archive(
        name: scan.name, file: scan.file, inner: scan.innerName, version: version, firstRow: offsets.count))
  }

  /// Adds a row to the archive that was begun last.
  mutating func append(offset: Int, size: Int) {
    offsets.append(offset)
    // Larger ones are refused when they are read, whatever their size.
    sizes.append(UInt32(clamping: size))
  }

  /// The archive of a row.
  func archive(ofRow row: Int) -> Archive {
    archives[max(archives.partitioningIndex { $0.firstRow > row } - 1, 0)]
  }

  /// The bytes of a row's image in its archive's file.
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
