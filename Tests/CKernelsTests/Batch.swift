import CKernels
import Foundation
import TestSupport

/// A batch of activations for a kernel. Its memory is followed by a page that cannot be read or written. The
/// guard cells before the batch, between positions and between images hold a NaN and must not be changed. The
/// caller keeps the batch alive until the kernel that uses its view returns.
final class Batch: @unchecked Sendable {
  let images: Int
  let positions: Int
  let channels: Int
  private let positionStride: Int
  private let imageStride: Int
  private let memory: UnsafeMutableRawPointer
  private let bytes: Int
  /// The address of the first element.
  let data: UnsafeMutablePointer<Float>

  private static let foreign = Float(bitPattern: 0x7fc0_1dea)
  private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Creates a batch with `gap` guard cells after every position except the last of an image, and after every
  /// image except the last.
  init(
    images: Int = 1, positions: Int, channels: Int, gap: Int = 0,
    value: (_ image: Int, _ position: Int, _ channel: Int) -> Float = { _, _, _ in 0 }
  ) {
    (self.images, self.positions, self.channels) = (images, positions, channels)
    positionStride = channels + gap
    imageStride = positions * positionStride + gap
    let count = (images - 1) * imageStride + (positions - 1) * positionStride + channels
    let pages = (count * 4 + Self.page - 1) / Self.page
    bytes = (pages + 1) * Self.page
    let mapped = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { preconditionFailure("no memory for a test") }
    memory = mapped
    mprotect(memory + pages * Self.page, Self.page, PROT_NONE)
    memory.bindMemory(to: Float.self, capacity: pages * Self.page / 4)
      .initialize(repeating: Self.foreign, count: pages * Self.page / 4)
    data = (memory + pages * Self.page - count * 4).assumingMemoryBound(to: Float.self)
    for image in 0..<images {
      for position in 0..<positions {
        for channel in 0..<channels { self[image, position, channel] = value(image, position, channel) }
      }
    }
  }

  /// Creates a batch of uniformly distributed numbers from a seed.
  convenience init(
    images: Int = 1, positions: Int, channels: Int, gap: Int = 0, seed: UInt64,
    in range: ClosedRange<Float> = -2...2
  ) {
    var generator = SplitMix(seed: seed)
    let width = Double(range.upperBound) - Double(range.lowerBound)
    self.init(images: images, positions: positions, channels: channels, gap: gap) { _, _, _ in
      Float(Double(range.lowerBound) + generator.nextUnit() * width)
    }
  }

  deinit { munmap(memory, bytes) }

  subscript(image: Int, position: Int, channel: Int) -> Float {
    get { data[image * imageStride + position * positionStride + channel] }
    set { data[image * imageStride + position * positionStride + channel] = newValue }
  }

  /// Returns the view that a kernel writes, beginning with image `first`.
  func view(from first: Int = 0) -> ck_view {
    ck_view(data: data + first * imageStride, position_stride: positionStride, image_stride: imageStride)
  }

  /// Returns the view that a kernel reads, beginning with image `first`.
  func view(from first: Int = 0) -> ck_input {
    ck_input(data: data + first * imageStride, position_stride: positionStride, image_stride: imageStride)
  }

  /// All elements: image by image, position by position.
  var values: [Float] {
    (0..<images).flatMap { image in
      (0..<positions).flatMap { position in (0..<channels).map { self[image, position, $0] } }
    }
  }

  /// The bit patterns of ``values``, to compare NaN and signed zeros.
  var bits: [UInt32] { values.map(\.bitPattern) }

  /// Whether the guard cells are unchanged.
  var foreignCellsUntouched: Bool {
    let all = memory.assumingMemoryBound(to: Float.self)
    let first = data - all
    return (0..<(bytes - Self.page) / 4).allSatisfy { cell in
      let own = cell - first
      let position = own % imageStride
      let isOurs =
        own >= 0 && position < positions * positionStride && position % positionStride < channels
      return isOurs || all[cell].bitPattern == Self.foreign.bitPattern
    }
  }

  /// Returns a copy in separate memory.
  func copy() -> Batch {
    Batch(images: images, positions: positions, channels: channels, gap: positionStride - channels) {
      self[$0, $1, $2]
    }
  }
}

/// The three sums that an epilogue writes. They are initialised with a value that no sum has.
final class Sums {
  private let values: UnsafeMutablePointer<Double>
  private let count: Int
  let channels: Int

  init(images: Int, channels: Int) {
    self.channels = channels
    count = images * channels
    values = .allocate(capacity: 3 * count)
    values.initialize(repeating: .nan, count: 3 * count)
  }

  deinit { values.deallocate() }

  var pointers: ck_sums {
    ck_sums(raw: values, pre_activation: values + count, output: values + 2 * count, stride: channels)
  }
  var raw: [Double] { Array(UnsafeBufferPointer(start: values, count: count)) }
  var preActivation: [Double] { Array(UnsafeBufferPointer(start: values + count, count: count)) }
  var output: [Double] { Array(UnsafeBufferPointer(start: values + 2 * count, count: count)) }
}

extension Kernels {
  /// Returns sums over positions of each image and channel by the header's definition, in a loop independent
  /// of the kernels.
  func expectedSums(_ batch: Batch) -> [Double] {
    let values = batch.values
    return (0..<batch.images).flatMap { image in
      (0..<batch.channels).map { channel in
        sum(
          of: values, from: image * batch.positions * batch.channels + channel, stride: batch.channels,
          positions: batch.positions)
      }
    }
  }
}

/// The largest relative error of one rounding: half a unit in the last place of 1.
let roundoff = 0x1p-24

/// The largest ratio of error to bound, NaN if any ratio is NaN, and its location for the message of a failed
/// test.
struct WorstRatio: CustomStringConvertible {
  private(set) var ratio = 0.0
  private var place = ""

  mutating func add(_ value: Float, expected: Double, bound: Double, _ place: @autoclosure () -> String) {
    let error = abs(Double(value) - expected)
    let ratio = error == 0 ? 0 : error / bound
    if !(ratio <= self.ratio) && !self.ratio.isNaN {
      self.ratio = ratio
      self.place = "\(place()): \(value), expected \(expected)"
    }
  }

  var description: String { "\(ratio) of the bound at \(place)" }
}
