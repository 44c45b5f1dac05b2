/// Python's `random`: what `random.seed`, `getrandbits`, `shuffle` and `choice` give.
public struct PythonRandom: Sendable {
  private var generator: MersenneTwister

  /// `random.seed(seed)`: the words of the seed, the least significant first, are the key.
  public init(seed: UInt64) {
    let words = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    generator = MersenneTwister(key: words[1] == 0 ? [words[0]] : words)
  }

  /// `random.getrandbits(count)`: the uppermost bits of 32.
  ///
  /// - Precondition: 0 < count ≤ 32.
  public mutating func bits(_ count: Int) -> UInt32 {
    precondition((1...32).contains(count), "\(count) bits")
    return generator.next() >> UInt32(32 - count)
  }

  /// A number in 0..<bound, as `shuffle` and `choice` draw it: as many bits as `bound` has, until they are below it.
  ///
  /// - Precondition: 1 ≤ bound < 2^32.
  public mutating func integer(below bound: Int) -> Int {
    precondition((1..<1 << 32).contains(bound), "a bound of \(bound)")
    let length = Int.bitWidth - bound.leadingZeroBitCount
    while true {
      let value = Int(bits(length))
      if value < bound { return value }
    }
  }

  /// `random.shuffle(elements)`: from the last element on, each changes places with one that is not behind it.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in elements.indices.dropFirst().reversed() {
      elements.swapAt(last, integer(below: last + 1))
    }
  }

  /// The position of `random.choice(elements)`.
  ///
  /// - Precondition: There is something to choose from.
  public mutating func choice(outOf count: Int) -> Int { integer(below: count) }
}
