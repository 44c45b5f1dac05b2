import Statistics
import Testing

@Suite("Binary search")
struct PartitioningTests {
  @Test("The index is that of a linear search")
  func place() {
    for count in 0..<20 {
      let numbers = (0..<count).map { $0 / 2 }
      for limit in -1...11 {
        let walked = numbers.firstIndex { $0 >= limit } ?? numbers.endIndex
        #expect(numbers.partitioningIndex { $0 >= limit } == walked)
        let part = numbers.dropFirst(3)
        #expect(
          part.partitioningIndex { $0 >= limit } == part.firstIndex { $0 >= limit } ?? part.endIndex)
      }
    }
  }

  @Test("Few elements are examined")
  func cost() {
    var looks = 0
    let place = (0..<1_000_000).partitioningIndex {
      looks += 1
      return $0 >= 765_432
    }
    #expect(place == 765_432 && looks <= 20)
  }
}
