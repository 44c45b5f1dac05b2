/// Placement of buffers in one block of memory.
package enum Arena {
  /// The alignment of buffers in elements: one cache line.
  private static let alignment = 16

  /// Places the largest buffers first, each at the lowest offset that is free during its whole lifetime.
  package static func layout(_ buffers: [Storage.Buffer]) -> (buffers: [Storage.Buffer], count: Int) {
    var buffers = buffers
    var placed: [Int] = []
    let largestFirst = buffers.indices.sorted { (buffers[$1].count, $0) < (buffers[$0].count, $1) }
    for index in largestFirst where buffers[index].count > 0 {
      buffers[index].count = (buffers[index].count + alignment - 1) / alignment * alignment
      let clashing = placed.filter { buffers[$0].lifetime.overlaps(buffers[index].lifetime) }
        .sorted { buffers[$0].offset < buffers[$1].offset }
      var offset = 0
      for other in clashing where offset + buffers[index].count > buffers[other].offset {
        offset = max(offset, buffers[other].offset + buffers[other].count)
      }
      buffers[index].offset = offset
      placed.append(index)
    }
    return (buffers, placed.map { buffers[$0].offset + buffers[$0].count }.max() ?? 0)
  }
}
