import CKernels
import Foundation
import TestSupport

/// A batch of activations for a kernel, in memory that ends where the batch does: the page after it cannot be read
/// or written. Cells before it, between positions and between images belong to somebody else and hold one NaN.
/// Whoever passes a view to a kernel keeps the batch alive until the kernel returns.
final class Batch: @unchecked Sendable {
  let images: Int
  let positions: Int
  let channels: Int
  private let positionStride: Int
  private let imageStride: Int
  private let memory: UnsafeMutableRawPointer
  private let bytes: Int
  /// The first number.
  let data: UnsafeMutablePointer<Float>

  private static let foreign = Float(bitPattern: 0x7fc0_1dea)
  private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// `gap` floats lie after every position but the last of an image, and after every image but the last.
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

  /// Numbers of a seeded uniform distribution.
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

  /// What a kernel takes, beginning with image `first`.
  func view(from first: Int = 0) -> ck_view {
    ck_view(data: data + first * imageStride, position_stride: positionStride, image_stride: imageStride)
  }

  /// What a kernel reads, beginning with image `first`.
  func view(from first: Int = 0) -> ck_input {
    ck_input(data: data + first * imageStride, position_stride: positionStride, image_stride: imageStride)
  }

  /// All numbers: image by image, position by position.
  var values: [Float] {
    (0..<images).flatMap { image in
      (0..<positions).flatMap { position in (0..<channels).map { self[image, position, $0] } }
    }
  }

  /// ``values``, so that NaN and the signs of zero count.
  var bits: [UInt32] { values.map(\.bitPattern) }

  /// Whether the cells that belong to somebody else are as they were.
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

  /// A copy with memory of its own.
  func copy() -> Batch {
    Batch(images: images, positions: positions, channels: channels, gap: positionStride - channels) {
      self[$0, $1, $2]
    }
  }
}

/// Sums an epilogue writes, all three of them; they begin as what no sum is.
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
  /// Sums over positions of each image and channel as the header defines them, in a loop of the test's own.
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

/// Half a unit in the last place of 1: what one rounding can be off by, relatively.
let roundoff = 0x1p-24

/// The largest of error over bound, NaN where one is NaN; and where it is, for a failing test to say.
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
