import Formats
import Machine
import Tensor

/// Reads `.npz` archives: one `.npy` array per tensor, stored or deflated.
enum NPZReader {
  static func contents(of archive: ZipArchive) throws(Malformed) -> CheckpointContents {
    var contents = CheckpointContents(format: .npz, tensors: [])
    for entry in archive.entries where !entry.name.hasSuffix("/") {
      guard NPZMember.isArray(entry) else {
        throw Malformed(
          "the archive holds '\(entry.name)': it is neither PyTorch's nor .npz; if it was made to carry a checkpoint, unpack it"
        )
      }
      do throws(Malformed) { contents.tensors.append(try array(entry)) } catch {
        // Text, dates and objects lie beside weights, and are nobody's parameters.
        contents.unreadable[NPZMember.name(of: entry)] = error.reason
      }
    }
    return contents
  }

  private static func array(_ entry: ZipArchive.Entry) throws(Malformed) -> StoredTensor {
    let member: NPZMember
    do throws(Malformed) { member = try NPZMember(entry) } catch {
      throw Malformed("an array that cannot be read: \(error.description)")
    }
    let header = member.header
    guard member.isWhole else {
      throw Malformed(
        "an array of \(member.byteCount) bytes, which is not \(header.shape) of \(header.elementType)")
    }
    let extents = header.shape.extents
    return try StoredTensor(
      name: member.name, elementType: header.elementType, isBigEndian: header.isBigEndian, extents: extents,
      strides: header.isFortranOrder ? StoredTensor.columnMajor(extents) : nil, capacity: header.shape.count,
      source: member.elements.map { .bytes($0) } ?? .deflated(entry, offset: member.start))
  }
}
