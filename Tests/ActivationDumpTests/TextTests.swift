import ActivationDump
import Testing

struct TextTests {
  @Test("the bar grows by eighths of a character and has a constant width")
  func bar() {
    #expect(ProgressText.bar(0, 100, width: 4) == "    ")
    #expect(ProgressText.bar(100, 100, width: 4) == "████")
    #expect(ProgressText.bar(1, 2, width: 3) == "█▌ ")
    #expect(ProgressText.bar(1, 32, width: 4) == "▏   ")
    #expect(ProgressText.bar(9, 0, width: 2) == "  ")
  }

  @Test("a line gives the count, the rate and the remaining time")
  func line() {
    #expect(
      ProgressText.line(1000, 50_000, "images", 25)
        == "1,000 of 50,000 images (2 %), 40.0 a second, 20:25 left")
    #expect(ProgressText.line(0, 10, "images", 3) == "0 of 10 images (0 %)")
    #expect(ProgressText.duration(3661.2) == "1:01:02")
    #expect(ProgressText.duration(-1) == "0:00")
    #expect(ProgressText.duration(.infinity) == "277777:46:40")
  }
}
