import Testing

@testable import Dumps
@testable import Recording

/// Tests of the status of rows.
struct RowLedgerTests {
  @Test("a row counts only when it is in the files, even if its values were computed before")
  func rows() {
    let ledger = RowLedger(rows: 10)
    ledger.restore(
      [.init(rows: 6..<8, digest: "", place: nil), .init(rows: 2..<4, digest: "", place: nil)],
      [3: "torn", 5: "of a chunk that was lost"])
    ledger.recorded(4)
    ledger.skipped(5, because: "empty")
    #expect(Array(ledger.written.ranges) == [2..<4, 6..<8])
    #expect(Array(ledger.pending.ranges) == [0..<2, 4..<6, 8..<10])
    #expect((2..<6).map(ledger.status) == ["ok", "skipped: torn", "pending", "pending"])
    ledger.wrote(4..<6)
    ledger.failed(9, because: "gone")
    #expect(Array(ledger.written.ranges) == [2..<8] && ledger.written.rowCount == 6)
    #expect((4..<6).map(ledger.status) == ["ok", "skipped: empty"] && ledger.status(of: 9) == "failed: gone")
    #expect(ledger.skippedCount == 2 && ledger.reasonWithoutAny == nil)
  }

  @Test("the ledger reports that no image could be read only after every row was tried")
  func nothing() {
    let ledger = RowLedger(rows: 2)
    ledger.skipped(1, because: "second")
    ledger.wrote(1..<2)
    #expect(ledger.reasonWithoutAny == nil)
    ledger.skipped(0, because: "first")
    #expect(ledger.reasonWithoutAny == nil)
    ledger.wrote(0..<1)
    #expect(ledger.reasonWithoutAny?.row == 0 && ledger.reasonWithoutAny?.reason == "first")
  }
}
