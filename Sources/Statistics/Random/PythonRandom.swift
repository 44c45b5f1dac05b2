/// Python's `random`, with the same results as `random.seed`, `getrandbits`, `shuffle` and `choice`.
package struct PythonRandom: Sendable {
  private var generator: MersenneTwister

  /// Seeds the generator like `random.seed(seed)`: the key is the seed's 32-bit words, least significant
  /// first.
  package init(seed: UInt64) {
    let words = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    generator = MersenneTwister(key: words[1] == 0 ? [words[0]] : words)
  }

  /// Returns the bits of `random.getrandbits(count)`: the highest of 32.
  ///
  /// - Precondition: 0 < count ≤ 32.
  package mutating func bits(_ count: Int) -> UInt32 {
    precondition((1...32).contains(count), "\(count) bits")
    return generator.next() >> UInt32(32 - count)
  }

  /// Returns an integer in 0..<bound, as `shuffle` and `choice` draw it: as many bits as `bound` has, drawn
  /// again until the number is below `bound`.
  ///
  /// - Precondition: 1 ≤ bound < 2^32.
  package mutating func integer(below bound: Int) -> Int {
    precondition((1..<1 << 32).contains(bound), "a bound of \(bound)")
    let length = Int.bitWidth - bound.leadingZeroBitCount
    while true {
      let value = Int(bits(length))
      if value < bound { return value }
    }
  }

  /// Shuffles like `random.shuffle(elements)`: from the last element to the second, each is swapped with a
  /// random element that is not after it.
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in elements.indices.dropFirst().reversed() {
      elements.swapAt(last, integer(below: last + 1))
    }
  }

  /// Returns the index of the element that `random.choice(elements)` draws.
  ///
  /// - Precondition: `count` is positive.
  package mutating func choice(outOf count: Int) -> Int { integer(below: count) }
}
