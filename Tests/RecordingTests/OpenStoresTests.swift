import Layers
import Synchronization
import Testing

@testable import Dumps
@testable import Machine
@testable import Recording

/// Tests of the chunks of an earlier run, as its stores find them.
struct OpenStoresTests {
  /// A store whose chunks have one row each, in states that the test chooses. The bytes of a chunk are the
  /// row's number.
  private final class ScriptedStore: Store {
    let files = ["rows"]
    let standings: [Int: ChunkStanding]
    let unsaved: Set<Int>
    let state = Mutex((restored: [Int](), taken: [Int]()))

    init(_ standings: [Int: ChunkStanding] = [:], unsaved: Set<Int> = []) {
      (self.standings, self.unsaved) = (standings, unsaved)
    }

    func block(chunkRows: Int) -> any StoreBlock { NoBlock() }
    func hasSaved(_ chunk: JournalContents.Chunk, skipped reasons: [Int: String]) -> Bool {
      !unsaved.contains(chunk.rows.lowerBound)
    }
    func restore(_ chunks: [JournalContents.Chunk]) {
      state.withLock { $0.restored = chunks.map(\.rows.lowerBound) }
    }
    func standing(of chunk: JournalContents.Chunk) -> ChunkStanding {
      standings[chunk.rows.lowerBound] ?? .written
    }
    func reread(
      _ chunk: JournalContents.Chunk, digesting hash: borrowing SHA256
    ) throws(Failure) -> (() throws(Failure) -> Void)? {
      let row = chunk.rows.lowerBound
      [UInt8(row)].withUnsafeBytes { hash.update($0) }
      return { self.state.withLock { $0.taken.append(row) } }
    }
    func finish(_ file: Int) -> String { "" }
  }

  private final class NoBlock: StoreBlock {
    func begin(_ rows: Range<Int>) {}
    func record(row: Int, from workspace: Workspace, at place: Int) {}
  }

  /// Returns a chunk of one row as two stores wrote it. A power failure may have changed its bytes.
  private func chunk(_ row: Int, isWhole: Bool = true, isDurable: Bool = false) -> JournalContents.Chunk {
    let bytes = [UInt8(row), isWhole ? UInt8(row) : 0xFF]
    let digest = bytes.withUnsafeBytes { SHA256.hexDigest(of: $0) }
    var chunk = JournalContents.Chunk(rows: row..<row + 1, digest: digest, place: nil)
    chunk.isDurable = isDurable
    return chunk
  }

  private func restored(_ chunks: [JournalContents.Chunk], by stores: ScriptedStore...) throws -> [Int] {
    try OpenStores(stores).restore(chunks, skipped: [:], rows: 10).map(\.rows.lowerBound)
  }

  @Test("chunks that are not durable are compared, and added by all stores or by none")
  func comparison() throws {
    let (first, second) = (ScriptedStore([2: .spilled]), ScriptedStore())
    let chunks = [chunk(0), chunk(1, isWhole: false), chunk(2, isDurable: true), chunk(3, isDurable: true)]
    #expect(try restored(chunks, by: first, second) == [0, 2, 3])
    // Bytes that reached the disk are read back only where they are also needed in memory.
    #expect(first.state.withLock { $0.taken } == [0, 2])
    #expect(second.state.withLock { $0.taken } == [0, 2])
  }

  @Test("a chunk lost by one store is lost for all, and a chunk in a snapshot needs no bytes")
  func standings() throws {
    let (first, second) = (ScriptedStore([0: .folded, 1: .folded]), ScriptedStore([1: .lost, 2: .lost]))
    let chunks = [chunk(0, isWhole: false), chunk(1), chunk(2, isDurable: true)]
    #expect(try restored(chunks, by: first, second) == [0])
    #expect(first.state.withLock { $0.taken }.isEmpty && second.state.withLock { $0.taken }.isEmpty)
  }

  @Test("a store learns which chunks the others have saved before it restores its snapshot")
  func saved() throws {
    let (first, second) = (ScriptedStore(), ScriptedStore(unsaved: [1]))
    #expect(try restored([chunk(0), chunk(1), chunk(2)], by: first, second) == [0, 2])
    #expect(first.state.withLock { $0.restored } == [0, 2])
    #expect(try restored([chunk(9), chunk(10)], by: ScriptedStore(), ScriptedStore()) == [9])
  }
}
