/// The size and layout of a dump, known before the dump is made.
public struct DumpOutline: Sendable, Hashable, Codable {
  /// The number of rows; those of the shard, where there is one.
  public var images: Int
  /// The recorded layers, and their units in total.
  public var layers: Int, units: Int
  /// The size of all files in bytes, reserved at the start.
  public var bytes: Int
  /// The number of threads, and the number of images in each thread's batch.
  public var threads: Int, batchSize: Int
  /// The number of rows that a thread collects before it writes them.
  public var chunkRows: Int
  /// The memory of the weights, and of the rows that wait to be written, in bytes.
  public var weightBytes: Int, rowBufferBytes: Int
  /// The memory of the data kept in place of matrices, in bytes.
  public var extremesBytes: Int
}
