/// Matsumoto and Nishimura's MT19937: 32-bit numbers with a period of 2^19937 − 1.
///
/// NumPy's legacy generator and Python's `random` both use this generator. They differ in the seeding of the
/// state and in the use of the numbers.
struct MersenneTwister: Sendable {
  private static let size = 624
  private static let middle = 397

  private var state: [UInt32]
  private var position = size

  /// Seeds the state like the reference implementation's `init_genrand`.
  init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(Self.size)
    for index in 1..<UInt32(Self.size) {
      let last = state[state.count - 1]
      state.append(1_812_433_253 &* (last ^ last >> 30) &+ index)
    }
  }

  /// Seeds the state like the reference implementation's `init_by_array`.
  ///
  /// - Precondition: The key is not empty.
  init(key: [UInt32]) {
    precondition(!key.isEmpty, "a key has at least one word")
    self.init(seed: 19_650_218)
    var (i, j) = (1, 0)
    func mixed(_ factor: UInt32) -> UInt32 { state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) &* factor }
    for _ in 0..<max(Self.size, key.count) {
      state[i] = mixed(1_664_525) &+ key[j] &+ UInt32(truncatingIfNeeded: j)
      j = (j + 1) % key.count
      advance(&i)
    }
    for _ in 0..<Self.size - 1 {
      state[i] = mixed(1_566_083_941) &- UInt32(i)
      advance(&i)
    }
    state[0] = 0x8000_0000
  }

  private mutating func advance(_ i: inout Int) {
    i += 1
    guard i == Self.size else { return }
    state[0] = state[Self.size - 1]
    i = 1
  }

  /// Returns the next 32 bits.
  mutating func next() -> UInt32 {
    if position == Self.size { refill() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= y << 7 & 0x9D2C_5680
    y ^= y << 15 & 0xEFC6_0000
    return y ^ y >> 18
  }

  private mutating func refill() {
    for index in 0..<Self.size {
      let y = state[index] & 0x8000_0000 | state[(index + 1) % Self.size] & 0x7FFF_FFFF
      state[index] = state[(index + Self.middle) % Self.size] ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    position = 0
  }
}
