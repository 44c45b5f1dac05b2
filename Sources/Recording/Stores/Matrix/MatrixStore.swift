import Dumps
import Formats
import Layers
import Machine
import Models
import Tensor

/// The plan for the matrix of one layer, or of the network's output: every number of every row, in a `.npy`
/// file.
struct MatrixPlan: StorePlan {
  /// The manifest's entry for the file.
  let entry: Manifest.Array
  let source: RowSource
  let format: ArrayFormat
  let rows: Int

  /// Plans the matrix of a layer.
  init(_ layer: LayerTap, _ request: DumpRequest, rows: Int) {
    format = ArrayFormat(request.valueType, isUnitMajor: request.isUnitMajor)
    entry = layer.entry(file: StoreNames.matrices.file(of: layer.name), rows: rows, format: format)
    (source, self.rows) = (layer.source, rows)
  }

  /// Plans the matrix of a network's output.
  init(outputsOf model: Model, rows: Int) {
    (format, self.rows) = (ArrayFormat(), rows)
    source = RowSource(.output, shape: [model.outputs])
    entry = Manifest.Array(
      name: nil, studyName: nil, file: DumpFolder.logits,
      shape: format.shape(rows: rows, rowShape: source.rowShape).extents, dtype: format.dtype,
      unitMajor: nil, units: nil)
  }

  var bytes: Int { rows * source.rowShape.count * format.elementType.byteCount }
  var rowBytes: Int { source.rowShape.count * MemoryLayout<Float>.size }
  var openFiles: Int { 1 }

  func describe(in manifest: inout Manifest) { manifest.append(entry) }

  func open(in folder: DumpFolder, continuing: Bool, keepOpen: Bool) throws(Failure) -> any Store {
    let path = "\(folder.path)/\(entry.file)"
    let (shape, format) = (source.rowShape, format)
    return MatrixStore(
      name: entry.file, source: source,
      file: continuing
        ? try ArrayFile(continuing: path, rows: rows, rowShape: shape, format: format, keepOpen: keepOpen)
        : try ArrayFile(creating: path, rows: rows, rowShape: shape, format: format, keepOpen: keepOpen))
  }
}

/// A matrix that is being written.
struct MatrixStore: Store {
  let name: String
  let source: RowSource
  let file: ArrayFile

  var files: [String] { [name] }

  func block(chunkRows: Int) -> any StoreBlock {
    MatrixBlock(file: file, rows: RowBuffer(source, chunkRows: chunkRows))
  }

  func synchronize() throws(Failure) { try file.synchronize() }

  func reread(
    _ chunk: JournalContents.Chunk, digesting hash: borrowing SHA256
  ) throws(Failure) -> (() throws(Failure) -> Void)? {
    try file.update(hash, with: chunk.rows)
    return {}
  }

  func finish(_ file: Int) throws(Failure) -> String {
    try self.file.synchronize()
    return try self.file.digest()
  }
}

/// The rows that wait to be written to a matrix.
private final class MatrixBlock: StoreBlock {
  private let file: ArrayFile
  private let rows: RowBuffer

  init(file: ArrayFile, rows: RowBuffer) { (self.file, self.rows) = (file, rows) }

  func begin(_ rows: Range<Int>) { self.rows.begin(rows) }

  func record(row: Int, from workspace: Workspace, at place: Int) {
    rows.record(row: row, from: workspace, at: place)
  }

  func skip(row: Int) { rows.skip(row: row) }

  func write(_ rows: Range<Int>, digesting hash: borrowing SHA256) throws(Failure) -> Int? {
    try file.write(rowsFrom: rows.lowerBound, self.rows.values(in: rows), digesting: hash)
    return nil
  }
}
