import Foundation
import TestSupport
import Testing

@testable import Dumps
@testable import Machine

/// Tests of journals: which rows count as done.
struct JournalTests {
  private func journal(_ folder: TemporaryFolder) throws -> Data {
    let journal = try Journal(folder("journal.tsv"))
    try journal.note(0..<8, digest: "d0", skipped: [(3, "not an image:\ta\nb\\")])
    try journal.note(16..<24, digest: "d2", skipped: [])
    try journal.noteDurable()
    try journal.note(8..<16, digest: "d1", skipped: [])
    return try #require(FileManager.default.contents(atPath: folder("journal.tsv")))
  }

  @Test("a journal records written chunks, reasons for skipped rows, and chunks that reached the disk")
  func contents() throws {
    let folder = try TemporaryFolder()
    let contents = try #require(JournalContents(try journal(folder)))
    #expect(contents.chunks.map(\.rows) == [0..<8, 16..<24, 8..<16])
    #expect(contents.chunks.map(\.digest) == ["d0", "d2", "d1"])
    #expect(contents.chunks.map(\.isDurable) == [true, true, false])
    #expect(contents.reasons == [3: "not an image:\ta\nb\\"])
  }

  @Test("a truncated journal has the contents of its complete lines")
  func cut() throws {
    let folder = try TemporaryFolder()
    let data = try journal(folder)
    var chunks = 0
    for length in 0...data.count {
      guard let contents = JournalContents(data.prefix(length)) else {
        #expect(chunks == 0)
        continue
      }
      #expect(contents.chunks.count >= chunks && contents.chunks.count <= chunks + 1)
      chunks = contents.chunks.count
      // The journal records skipped rows before it records the chunk as done.
      if chunks > 0 { #expect(contents.reasons[3] != nil) }
    }
    #expect(chunks == 3)
  }

  @Test("a changed byte ends the valid part of a journal and never changes its contents")
  func damage() throws {
    let folder = try TemporaryFolder()
    let data = try journal(folder)
    let whole = try #require(JournalContents(data))
    var generator = SplitMix(seed: 5)
    for index in data.indices {
      var damaged = data
      damaged[index] ^= UInt8(1 << (generator.next() % 8))
      guard let contents = JournalContents(damaged) else { continue }
      #expect(zip(contents.chunks, whole.chunks).allSatisfy { $0.rows == $1.rows && $0.digest == $1.digest })
      #expect(contents.chunks.count <= whole.chunks.count)
    }
  }

  @Test("a continued journal keeps its earlier contents")
  func continuing() throws {
    let folder = try TemporaryFolder()
    let contents = try #require(JournalContents(try journal(folder)))
    let journal = try Journal(folder("journal.tsv"), continuing: contents)
    try journal.note(24..<30, digest: "d3", skipped: [])
    let longer = try #require(try JournalContents(path: folder("journal.tsv")))
    #expect(longer.chunks.map(\.digest) == ["d0", "d2", "d1", "d3"])
    #expect(longer.chunks.map(\.isDurable) == [true, true, false, false])
    #expect(longer.reasons == contents.reasons)
  }
}

/// Tests of shards, the parts of a recording.
struct ShardTests {
  @Test("shards divide the rows evenly, in order, leaving none out", arguments: [1, 2, 7, 250, 1000])
  func rows(count: Int) throws {
    for total in [0, 1, 6, 7, 250, 1_281_167] {
      let shards = try (0..<count).map { try Shard(index: $0, count: count).rows(of: total) }
      #expect(shards.flatMap { [$0.lowerBound, $0.upperBound] }.sorted().first == 0)
      #expect(zip(shards, shards.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      #expect(shards.last?.upperBound == total)
      #expect(Set(shards.map(\.count)).isSubset(of: [total / count, total / count + 1]))
    }
  }

  @Test(
    "the text of a shard is I/N, with I from 0",
    arguments: ["", "3", "3/3", "-1/3", "a/3", "1/0", "1/2/3", "0/1000001"])
  func nonsense(text: String) { #expect(throws: Failure.self) { try Shard(text) } }

  @Test(
    "a task of a whole Slurm array determines its shard; a task of a partial array must be given the number of shards"
  )
  func slurm() throws {
    func shard(_ id: Int, _ count: Int, _ min: Int, _ max: Int) throws -> Shard? {
      try Shard.ofSlurmArray([
        "SLURM_ARRAY_TASK_ID": "\(id)", "SLURM_ARRAY_TASK_COUNT": "\(count)",
        "SLURM_ARRAY_TASK_MIN": "\(min)",
        "SLURM_ARRAY_TASK_MAX": "\(max)",
      ])
    }
    #expect(try Shard.ofSlurmArray([:]) == nil)
    #expect(try shard(3, 8, 0, 7) == Shard("3/8"))
    #expect(try Shard("3/8").folderName == "shard-3-of-8")
    #expect(try Shard("3/100").folderName == "shard-03-of-100")
    #expect(throws: Failure.self) { try shard(3, 2, 3, 7) }
    #expect(throws: Failure.self) { try shard(3, 8, 1, 8) }
    #expect(throws: Failure.self) { try Shard.ofSlurmArray(["SLURM_ARRAY_TASK_ID": "1"]) }
  }

  @Test("a variable gives the number of shards to a task of any part of an array")
  func partOfSlurmArray() throws {
    func shard(_ id: String, of count: String) throws -> Shard? {
      try Shard.ofSlurmArray([
        "SLURM_ARRAY_TASK_ID": id, "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "0",
        "SLURM_ARRAY_TASK_MAX": "1", "ACTIVATION_DUMP_SHARDS": count,
      ])
    }
    #expect(try shard("1", of: "8") == Shard("1/8"))
    #expect(try shard("1", of: "") == Shard("1/2"))
    for (id, count) in [("8", "8"), ("1", "x"), ("1", "0"), ("1", "1/8")] {
      #expect(throws: Failure.self) { try shard(id, of: count) }
    }
    #expect(try Shard.ofSlurmArray(["ACTIVATION_DUMP_SHARDS": "8"]) == nil)
  }
}
