/// What a dump will be, before it is made.
package struct DumpOutline: Sendable, Hashable, Codable {
  /// The rows: of the shard, where there is one.
  package var images: Int
  /// The recorded layers, and their units in total.
  package var layers: Int, units: Int
  /// The bytes of all files, reserved at the start.
  package var bytes: Int
  /// The threads and the images each takes through the network together.
  package var threads: Int, batchSize: Int
  /// Rows a thread collects before it writes them.
  package var chunkRows: Int
  /// The memory for weights, and for the rows that wait to be written, in bytes.
  package var weightBytes: Int, rowBufferBytes: Int
  /// The memory for what is kept in the place of matrices, in bytes.
  package var extremesBytes: Int
}
