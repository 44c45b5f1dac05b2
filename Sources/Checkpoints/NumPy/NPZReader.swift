import Formats
import Machine
import Tensor

/// Reads `.npz` archives: one `.npy` array per tensor, stored or deflated.
enum NPZReader {
  static func contents(of archive: ZipArchive) throws(Malformed) -> CheckpointContents {
    var contents = CheckpointContents(format: .npz, tensors: [])
    for entry in archive.entries where !entry.name.hasSuffix("/") {
      guard entry.name.hasSuffix(".npy") else {
        throw Malformed(
          "the archive holds '\(entry.name)': it is neither PyTorch's nor .npz; if it was made to carry a checkpoint, unpack it"
        )
      }
      let name = String(entry.name.dropLast(".npy".count))
      do throws(Malformed) { contents.tensors.append(try array(name, entry)) } catch {
        // Text, dates and objects may be stored beside weights. They are not parameters.
        contents.unreadable[name] = error.reason
      }
    }
    return contents
  }

  private static func array(_ name: String, _ entry: ZipArchive.Entry) throws(Malformed) -> StoredTensor {
    let header: NPYHeader
    let start: Int
    do throws(Malformed) {
      // Only the header is inflated here. A header has at most 64 KiB.
      (header, start) = try NPYHeader.parse(try prefix(entry))
    } catch {
      throw Malformed("an array that cannot be read: \(error.description)")
    }
    let extents = header.shape.extents
    let byteCount = entry.size - start
    guard
      case let (size, overflow) = header.shape.count.multipliedReportingOverflow(
        by: header.elementType.byteCount),
      !overflow, size == byteCount
    else {
      throw Malformed(
        "an array of \(byteCount) bytes, which is not \(header.shape) of \(header.elementType)")
    }
    let source: StoredTensor.Source
    if entry.isStored, let data = entry.data.slice(at: start, count: size) {
      source = .bytes(data)
    } else {
      source = .deflated(entry, offset: start)
    }
    return try StoredTensor(
      name: name, elementType: header.elementType, isBigEndian: header.isBigEndian, extents: extents,
      strides: header.isFortranOrder ? StoredTensor.columnMajor(extents) : nil, capacity: header.shape.count,
      source: source)
  }

  private static func prefix(_ entry: ZipArchive.Entry) throws(Malformed) -> ByteRegion {
    do throws(Malformed) { return try entry.prefix(12 + 1 << 16) } catch {
      throw Malformed(error.reason)
    }
  }
}
