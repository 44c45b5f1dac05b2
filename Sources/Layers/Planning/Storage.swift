import Tensor

/// The location of a value within the memory of one image.
package struct Placement: Sendable, Equatable {
  /// The index into ``Storage/buffers``.
  package var buffer: Int
  /// The number of elements from the buffer's start to the first position.
  package var offset: Int
  /// The number of elements from one position to the next.
  package var positionStride: Int
}

/// The memory for values: the values that share a buffer, and the lifetime of each buffer.
package struct Storage: Sendable {
  package struct Buffer: Sendable {
    /// The number of elements for one image.
    package var count: Int
    /// The range of steps during which the buffer's contents are needed.
    package var lifetime: ClosedRange<Int>
    /// The number of elements for one image before this buffer, once laid out.
    package var offset = 0
  }

  package private(set) var placements: [Int: Placement] = [:]
  package private(set) var buffers: [Buffer] = []
  /// The number of elements for one image in all buffers.
  package private(set) var count = 0

  private let program: Program

  /// Lays out the values of a program in memory.
  package init(for program: Program, rewrites: Rewrites, input: Int, output: Int) {
    self.program = program
    if rewrites.contains(.concatenateInPlace) { placeConcatenations() }
    for value in [input] + program.steps.filter({ !$0.isRecord }).map(\.output)
    where placements[value] == nil {
      placements[value] = producer(of: value).flatMap(view(madeBy:)) ?? newBuffer(for: value)
    }
    if rewrites.contains(.overwrite) { overwrite(keeping: [input, output]) }
    findLifetimes(input: input, output: output)
    (buffers, count) = Arena.layout(buffers)
  }

  /// Returns the parts of a concatenation that must be copied, with the first channel of each.
  package func copiedParts(of step: Step) -> [(part: Int, channel: Int)] {
    guard let whole = placements[step.output] else { return [] }
    var channel = 0
    var copied: [(Int, Int)] = []
    for part in step.inputs {
      let inPlace = Placement(
        buffer: whole.buffer, offset: whole.offset + channel, positionStride: whole.positionStride)
      if placements[part] != inPlace { copied.append((part, channel)) }
      channel += program.shapes[part].channels
    }
    return copied
  }

  private func producer(of value: Int) -> Step? { program.steps.first { $0.output == value } }

  private mutating func newBuffer(for value: Int) -> Placement {
    let shape = program.shapes[value]
    buffers.append(Buffer(count: shape.count, lifetime: 0...0))
    return Placement(buffer: buffers.count - 1, offset: 0, positionStride: shape.channels)
  }

  /// Returns the placement of a step's result when it is a view of the input.
  private func view(madeBy step: Step) -> Placement? {
    placements[step.inputs[0]].flatMap(step.operation.view(of:))
  }

  /// Places concatenations, widest first: concatenations that begin with the same parts (dense blocks) become
  /// views of the widest one.
  private mutating func placeConcatenations() {
    let widestFirst = program.steps.filter(\.isConcatenation).sorted {
      (program.shapes[$1.output].channels, $0.output) < (program.shapes[$0.output].channels, $1.output)
    }
    for step in widestFirst {
      if let view = placementFoundByParts(of: step) {
        placements[step.output] = view
        continue
      }
      let whole = placements[step.output] ?? newBuffer(for: step.output)
      placements[step.output] = whole
      var channel = 0
      for part in step.inputs {
        if placements[part] == nil, step.inputs.count(where: { $0 == part }) == 1, canBePlaced(part) {
          placements[part] = Placement(
            buffer: whole.buffer, offset: whole.offset + channel, positionStride: whole.positionStride)
        }
        channel += program.shapes[part].channels
      }
    }
  }

  /// Returns whether a kernel writes the value, so that its location can be chosen.
  private func canBePlaced(_ value: Int) -> Bool {
    let anywhere = Placement(buffer: 0, offset: 0, positionStride: 0)
    return producer(of: value).map { $0.operation.view(of: anywhere) == nil } ?? false
  }

  /// Returns the location of a concatenation whose parts are already adjacent in memory, `nil` otherwise.
  private func placementFoundByParts(of step: Step) -> Placement? {
    guard let first = placements[step.inputs[0]] else { return nil }
    var offset = first.offset
    for part in step.inputs {
      let expected = Placement(
        buffer: first.buffer, offset: offset, positionStride: first.positionStride)
      guard placements[part] == expected else { return nil }
      offset += program.shapes[part].channels
    }
    return first
  }

  /// Places a result in the memory of its residual, or of a pointwise step's input, when that value is read
  /// for the last time.
  private mutating func overwrite(keeping kept: Set<Int>) {
    for (index, step) in program.steps.enumerated() where !step.isRecord {
      for candidate in step.operation.overwritable(by: step) where !kept.contains(candidate) {
        guard !step.reads.contains(where: { $0 != candidate && shares($0, candidate) }) else { continue }
        guard let target = placements[step.output], let source = placements[candidate],
          target.buffer != source.buffer, program.shapes[candidate] == program.shapes[step.output],
          isAlone(step.output), isAlone(candidate), lastRead(of: source.buffer) == index
        else { continue }
        for (value, placement) in placements where placement.buffer == target.buffer {
          placements[value]?.buffer = source.buffer  // its views move with it
        }
        break
      }
    }
  }

  private func shares(_ a: Int, _ b: Int) -> Bool { placements[a]?.buffer == placements[b]?.buffer }

  /// Returns whether the value fills its buffer and is not a part or a view of another value.
  private func isAlone(_ value: Int) -> Bool {
    guard let placement = placements[value] else { return false }
    return placement.offset == 0 && placement.positionStride == program.shapes[value].channels
      && buffers[placement.buffer].count == program.shapes[value].count
  }

  private func lastRead(of buffer: Int) -> Int {
    program.steps.lastIndex { $0.reads.contains { placements[$0]?.buffer == buffer } } ?? -1
  }

  private mutating func findLifetimes(input: Int, output: Int) {
    var used: [Int: ClosedRange<Int>] = [:]
    func touch(_ value: Int, _ step: Int) {
      guard let buffer = placements[value]?.buffer else { return }
      let range = used[buffer] ?? step...step
      used[buffer] = min(range.lowerBound, step)...max(range.upperBound, step)
    }
    touch(input, -1)
    for (index, step) in program.steps.enumerated() {
      step.reads.forEach { touch($0, index) }
      touch(step.output, index)
    }
    touch(output, program.steps.count)
    for buffer in buffers.indices {
      if let range = used[buffer] { buffers[buffer].lifetime = range } else { buffers[buffer].count = 0 }
    }
  }
}
