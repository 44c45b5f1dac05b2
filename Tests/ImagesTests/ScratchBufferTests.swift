import Testing

@testable import Images

struct ScratchBufferTests {
  @Test("a buffer that grows with every request moves only a few times, and frees a giant allocation")
  func growth() {
    var buffer = ScratchBuffer()
    var sizes: Set<Int> = []
    for count in stride(from: 1, through: ScratchBuffer.keptBytes, by: 99_991) {
      let bytes = buffer.reserve(count)
      #expect(bytes.count >= count)
      bytes[count - 1] = 1
      sizes.insert(bytes.count)
    }
    #expect(sizes.count <= 7)
    #expect(buffer.reserve(ScratchBuffer.keptBytes + 1).count == ScratchBuffer.keptBytes + 1)
    #expect(buffer.reserve(0).count == 1 << 20)
  }
}
