import Images

/// A picture of the extremes of a unit: the nine lowest images on the left, the nine highest on the right,
/// each in three rows with the most extreme first, on the grey of the study's page.
struct ExemplarGrid {
  /// The side of an image in pixels: half that of a stimulus.
  static let cell = 112
  private static let gap = 4, middle = 24, columns = 3, ground: UInt8 = 0x74

  private static let block = columns * cell + (columns - 1) * gap
  private static let width = 2 * block + middle + 2 * gap
  private static let height = block + 2 * gap

  private var pixels = [UInt8](repeating: ground, count: 3 * width * height)

  /// Puts an image of twice the cell's side at its position; the mean of four pixels becomes one.
  ///
  /// - Parameters:
  ///   - picture: 224 × 224 pixels.
  ///   - place: The position, from 0, the most extreme, to 8.
  ///   - isHigh: Whether the position is in the right block.
  mutating func place(_ picture: RGBImage, at place: Int, isHigh: Bool) {
    guard picture.width == 2 * Self.cell, picture.height == 2 * Self.cell, (0..<9).contains(place) else {
      return
    }
    let left =
      Self.gap + (isHigh ? Self.block + Self.middle : 0) + place % Self.columns * (Self.cell + Self.gap)
    let top = Self.gap + place / Self.columns * (Self.cell + Self.gap)
    let source = picture.rgb
    let row = 3 * picture.width
    for y in 0..<Self.cell {
      for x in 0..<Self.cell {
        for colour in 0..<3 {
          let at = 2 * y * row + 6 * x + colour
          let sum = Int(source[at]) + Int(source[at + 3]) + Int(source[at + row]) + Int(source[at + row + 3])
          pixels[3 * ((top + y) * Self.width + left + x) + colour] = UInt8((sum + 2) / 4)
        }
      }
    }
  }

  /// The picture.
  var image: RGBImage { RGBImage(width: Self.width, height: Self.height, rgb: pixels) }
}
