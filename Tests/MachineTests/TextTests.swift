import Machine
import Testing

@Suite("Numbers and tables as text")
struct TextTests {
  @Test("Numbers are grouped, counted and padded")
  func numbers() {
    #expect([0, 999, 1000, 1_281_167].map(\.grouped) == ["0", "999", "1,000", "1,281,167"])
    #expect([-1, -1000, .min].map(\.grouped) == ["-1", "-1,000", "-9,223,372,036,854,775,808"])
    #expect([1, 2, 2048].map { $0.counted("unit") } == ["1 unit", "2 units", "2,048 units"])
    #expect(2.counted("batch", "batches") == "2 batches")
    #expect([0, 7, 12_345].map { $0.padded(to: 4) } == ["0000", "0007", "12345"])
    #expect("1f".zeroPadded(to: 4) == "001f" && "12345".zeroPadded(to: -1) == "12345")
  }

  @Test("Sizes have three digits, or are integers of at least four digits")
  func sizes() {
    #expect(
      [999, 1000, 25_600_000, 309_000_000_000].map(\.asBytes) == [
        "999 bytes", "1.00 kB", "25.6 MB", "309.0 GB",
      ])
    #expect(
      [9_999, 10_000, 9_999_999, 10_000_000].map(\.asWholeBytes) == [
        "9999 bytes", "10 kB", "9999 kB", "10 MB",
      ])
  }

  @Test("Columns are as wide as their widest cell, and lines have no trailing spaces")
  func table() {
    #expect(
      TextTable.lines([["name", "n", ""], ["a", "1,000", ""], ["longer", "2", "x"]], right: [1]) == [
        "name        n", "a       1,000", "longer      2  x",
      ])
    #expect(TextTable.lines([["", ""], ["", ""]]) == ["", ""])
    #expect(TextTable.lines([]) == [])
  }

  @Test("A trailing slash of a path is removed, unless the path is the root")
  func trailingSlash() {
    #expect(
      ["a/", "a", "/", "", "a//", "é/", "/\u{301}a"].map(PathText.withoutTrailingSlash) == [
        "a", "a", "/", "", "a/", "é", "/\u{301}a",
      ])
  }
}
