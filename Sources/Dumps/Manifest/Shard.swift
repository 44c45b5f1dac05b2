package import Machine

/// One of the parts into which a recording of many images is divided, one part per machine.
package struct Shard: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The index of the part, from 0.
  package let index: Int
  /// The number of parts.
  package let count: Int

  /// Creates a shard.
  ///
  /// - Throws: ``Failure`` of kind `usage` when there is no such part.
  package init(index: Int, count: Int) throws(Failure) {
    guard count >= 1, count <= 1_000_000, (0..<count).contains(index) else {
      throw Failure(
        .usage,
        "there is no shard \(index)/\(count); shards of N are 0/N to N-1/N, and N is at most a million")
    }
    (self.index, self.count) = (index, count)
  }

  /// Reads `I/N`.
  ///
  /// - Throws: ``Failure`` of kind `usage`.
  package init(_ text: String) throws(Failure) {
    let fields = text.split(separator: "/", omittingEmptySubsequences: false)
    guard fields.count == 2, let index = Int(fields[0]), let count = Int(fields[1]) else {
      throw Failure(.usage, "'\(text)' is not a shard", remedy: "give I/N, 0/8 to 7/8 say")
    }
    try self.init(index: index, count: count)
  }

  /// The environment variable that gives the number of shards when a job array covers only some of them.
  package static let countVariable = "ACTIVATION_DUMP_SHARDS"

  /// Returns the shard of a task of a Slurm job array, or `nil` outside of arrays.
  ///
  /// An array over 0…N-1 determines the number of shards by itself. If only a part of the array is submitted
  /// again, its numbers would divide the images differently; then ``countVariable`` must give the number of
  /// shards.
  ///
  /// - Throws: ``Failure`` of kind `usage` for an array whose numbers do not determine the number of shards.
  package static func ofSlurmArray(_ environment: [String: String]) throws(Failure) -> Shard? {
    guard let task = environment["SLURM_ARRAY_TASK_ID"] else { return nil }
    let number = { (name: String) in environment[name].flatMap { Int($0) } }
    if let text = environment[countVariable], !text.isEmpty { return try Shard("\(task)/\(text)") }
    guard let index = Int(task), let count = number("SLURM_ARRAY_TASK_COUNT"),
      number("SLURM_ARRAY_TASK_MIN") == 0, number("SLURM_ARRAY_TASK_MAX") == count - 1
    else {
      throw Failure(
        .usage,
        "this job array is not 0 to N-1, so it does not say how many shards there are",
        remedy: "set \(countVariable)=N, or give"
          + " \(.shard, "$SLURM_ARRAY_TASK_ID/N"), or \(.shard, "none") if each task is to record something of its own"
      )
    }
    return try Shard(index: index, count: count)
  }

  /// Returns the rows of the shard among `total`. They are consecutive, and the sizes of two shards differ by
  /// at most one row.
  package func rows(of total: Int) -> Range<Int> { index * total / count..<(index + 1) * total / count }

  /// The name of the shard's folder in a folder of shards. The names sort in the order of the shards.
  package var folderName: String {
    "shard-\(index.padded(to: String(count - 1).count))-of-\(count)"
  }

  /// `I/N`.
  package var description: String { "\(index)/\(count)" }
}
