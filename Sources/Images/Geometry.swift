/// One axis of torchvision's `Resize(size)` followed by `CenterCrop(crop)`.
struct CroppedAxis: Equatable {
  /// The extent after resizing.
  let resized: Int
  /// The range of resized pixels that the crop keeps.
  let kept: Range<Int>
  /// The number of padding pixels before the image when the crop is larger than the resized image.
  let padding: Int

  private init(resized: Int, crop: Int) {
    self.resized = resized
    if crop > resized {
      (kept, padding) = (0..<resized, (crop - resized) / 2)
    } else {
      // torchvision computes int(round((resized - crop) / 2.0)), and Python rounds halves to even.
      let start = Int((Double(resized - crop) / 2).rounded(.toNearestOrEven))
      (kept, padding) = (start..<start + crop, 0)
    }
  }

  /// Returns both axes. The shorter side becomes `resize`, the longer `resize * longer / shorter`, truncated.
  static func axes(
    width: Int, height: Int, resize: Int, crop: Int
  ) -> (horizontal: CroppedAxis, vertical: CroppedAxis) {
    let shorter = min(width, height)
    let longer = Int(Double(resize * max(width, height)) / Double(shorter))
    return (
      CroppedAxis(resized: width <= height ? resize : longer, crop: crop),
      CroppedAxis(resized: width <= height ? longer : resize, crop: crop)
    )
  }
}
