import Dumps
import Formats
import Machine
import Tensor

/// The matrix of one layer, or of the network's output, in a finished or stopped dump.
struct MatrixFiles: StoredFiles {
  private let array: Manifest.Array

  init(_ array: Manifest.Array) { self.array = array }

  var files: [String] { [array.file] }

  func mergedBytes(of parts: [Merge.Part]) -> Int { parts.reduce(0) { $0 + $1.bytes(of: array) } }

  func merge(_ file: Int, of parts: [Merge.Part], into folder: DumpFolder) throws(Failure) -> String {
    let rowShape = Shape(array.rowShape)
    let format = try array.format(in: folder.path)
    let file = try ArrayFile(
      creating: "\(folder.path)/\(array.file)", rows: array.images, rowShape: rowShape, format: format,
      keepOpen: true)
    var row = 0
    for part in parts {
      let (source, path) = try part.array(like: array)
      let count = part.manifest.images.count
      let shard = try ArrayFile(
        continuing: path, rows: count, rowShape: rowShape, format: format, keepOpen: true, readOnly: true)
      try part.check(try file.copy(shard, toRow: row), of: source)
      row += count
    }
    try file.synchronize()
    return try file.digest()
  }

  func chunks(in folder: DumpFolder, rows: Int, keepOpen: Bool) throws(Failure) -> (any StoredChunks)? {
    Chunks(
      file: try ArrayFile(
        continuing: "\(folder.path)/\(array.file)", rows: rows, rowShape: Shape(array.rowShape),
        format: try array.format(in: folder.path), keepOpen: keepOpen, readOnly: true))
  }

  private struct Chunks: StoredChunks {
    let file: ArrayFile

    func update(_ hash: borrowing SHA256, with chunk: JournalContents.Chunk) throws(Failure) -> Bool {
      try file.update(hash, with: chunk.rows)
      return true
    }
  }
}
