/// The size and layout of a dump, known before the dump is made.
package struct DumpOutline: Sendable, Hashable, Codable {
  /// The number of rows; those of the shard, where there is one.
  package var images: Int
  /// The recorded layers, and their units in total.
  package var layers: Int, units: Int
  /// The size of all files in bytes, reserved at the start.
  package var bytes: Int
  /// The number of threads, and the number of images in each thread's batch.
  package var threads: Int, batchSize: Int
  /// The number of rows that a thread collects before it writes them.
  package var chunkRows: Int
  /// The memory of the weights, and of the rows that wait to be written, in bytes.
  package var weightBytes: Int, rowBufferBytes: Int
  /// The memory of the data kept in place of matrices, in bytes.
  package var extremesBytes: Int
}
