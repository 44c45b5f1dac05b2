/// NumPy's legacy generator: what `np.random.seed`, `randint`, `shuffle`, `permutation` and `choice` give.
public struct NumPyRandom: Sendable {
  private var generator: MersenneTwister

  /// `np.random.seed(seed)`.
  public init(seed: UInt32) { generator = MersenneTwister(seed: seed) }

  /// `np.random.seed(seeds)`, with an array.
  ///
  /// - Precondition: There is at least one.
  public init(seeds: [UInt32]) { generator = MersenneTwister(key: seeds) }

  /// `np.random.randint(bound)`: a number in 0..<bound.
  ///
  /// Takes 32 bits at a time, keeps as many as `bound` − 1 has, and tries again when they make more than that; nothing
  /// is taken for a bound of 1.
  ///
  /// - Precondition: 1 ≤ bound ≤ 2^32.
  public mutating func integer(below bound: Int) -> Int {
    precondition((1...1 << 32).contains(bound), "a bound of \(bound)")
    let most = UInt32(bound - 1)
    guard most > 0 else { return 0 }
    let mask = UInt32.max >> most.leadingZeroBitCount
    while true {
      let value = generator.next() & mask
      if value <= most { return Int(value) }
    }
  }

  /// `np.random.shuffle(elements)`: from the last element on, each changes places with one that is not behind it.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in elements.indices.dropFirst().reversed() {
      elements.swapAt(last, integer(below: last + 1))
    }
  }

  /// `np.random.permutation(count)`.
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// The positions that `np.random.choice(population, size=count, replace=replacing)` picks.
  ///
  /// - Precondition: There is something to choose from; without replacement, enough.
  public mutating func choice(_ count: Int, outOf population: Int, replacing: Bool) -> [Int] {
    precondition(count == 0 || replacing && population > 0 || count <= population, "too few to choose from")
    if replacing { return (0..<count).map { _ in integer(below: population) } }
    return Array(permutation(population).prefix(count))
  }
}
