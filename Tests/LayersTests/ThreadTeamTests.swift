import Foundation
import Synchronization
import Testing

@testable import Layers

struct ThreadTeamTests {
  @Test("every part runs once, before the call returns", arguments: [1, 2, 5])
  func parts(count: Int) throws {
    let team = try #require(ThreadTeam(count: count))
    for round in 0..<2000 {
      let parts = 1 + round % count
      let done = Mutex([Int](repeating: 0, count: parts))
      // A pause after some rounds is long enough for the other threads to sleep.
      if round % 500 == 499 { usleep(20_000) }
      team.run(parts: parts) { part in done.withLock { $0[part] += 1 } }
      #expect(done.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }

  @Test("a team ends when its last reference is released")
  func end() throws {
    weak var gone: ThreadTeam?
    do {
      let team = try #require(ThreadTeam(count: 4))
      team.run(parts: 4) { _ in }
      gone = team
    }
    #expect(gone == nil)
  }
}
