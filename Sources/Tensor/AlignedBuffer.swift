/// A block of floats aligned to 64 bytes, for kernels.
///
/// The closure that makes a buffer fills it, and the buffer is constant afterwards. The exception is a buffer
/// with one owner (a workspace) that writes it from one thread.
package final class AlignedBuffer: @unchecked Sendable {
  /// The first element, aligned to 64 bytes.
  package let pointer: UnsafeMutablePointer<Float>
  /// The number of elements.
  package let count: Int
  private let memory: UnsafeMutableRawPointer

  /// Allocates `count` zeroed elements.
  package init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    memory = .allocate(byteCount: (bytes + 63) / 64 * 64, alignment: 64)
    pointer = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
    self.count = count
  }

  /// Allocates a copy of `elements`.
  package convenience init(_ elements: some Collection<Float>) {
    self.init(count: elements.count)
    for (index, element) in elements.enumerated() { pointer[index] = element }
  }

  deinit { memory.deallocate() }
}
