/// NumPy's legacy generator, with the same results as `np.random.seed`, `randint`, `shuffle`, `permutation`
/// and `choice`.
package struct NumPyRandom: Sendable {
  private var generator: MersenneTwister

  /// Seeds the generator like `np.random.seed(seed)`.
  package init(seed: UInt32) { generator = MersenneTwister(seed: seed) }

  /// Seeds the generator like `np.random.seed(seeds)` with an array.
  ///
  /// - Precondition: The array is not empty.
  package init(seeds: [UInt32]) { generator = MersenneTwister(key: seeds) }

  /// Returns the integer of `np.random.randint(bound)`, in 0..<bound.
  ///
  /// The function draws 32 bits at a time, keeps as many bits as `bound` − 1 has, and draws again when they
  /// exceed `bound` − 1. A bound of 1 draws nothing.
  ///
  /// - Precondition: 1 ≤ bound ≤ 2^32.
  package mutating func integer(below bound: Int) -> Int {
    precondition((1...1 << 32).contains(bound), "a bound of \(bound)")
    let most = UInt32(bound - 1)
    guard most > 0 else { return 0 }
    let mask = UInt32.max >> most.leadingZeroBitCount
    while true {
      let value = generator.next() & mask
      if value <= most { return Int(value) }
    }
  }

  /// Shuffles like `np.random.shuffle(elements)`: from the last element to the second, each is swapped with a
  /// random element that is not after it.
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in elements.indices.dropFirst().reversed() {
      elements.swapAt(last, integer(below: last + 1))
    }
  }

  /// Returns the permutation of `np.random.permutation(count)`.
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// Returns the indices that `np.random.choice(population, size=count, replace=replacing)` draws.
  ///
  /// - Precondition: `population` is positive, and at least `count` when drawing without replacement.
  package mutating func choice(_ count: Int, outOf population: Int, replacing: Bool) -> [Int] {
    precondition(count == 0 || replacing && population > 0 || count <= population, "too few to choose from")
    if replacing { return (0..<count).map { _ in integer(below: population) } }
    return Array(permutation(population).prefix(count))
  }
}
