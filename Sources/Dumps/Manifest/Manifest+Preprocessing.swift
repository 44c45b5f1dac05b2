package import Images

extension Manifest.PreprocessingSummary {
  package init(_ preprocessing: Preprocessing, pillow: PillowVersion) {
    self.pillow = pillow.rawValue
    (resize, crop) = (preprocessing.resize, preprocessing.crop)
    (filter, channelOrder) = (preprocessing.filter.rawValue, preprocessing.channelOrder.rawValue)
    decoder = ImageDecoder.version
    normalization =
      switch preprocessing.normalization {
      case .standardized(let mean, let deviation): "(x / 255 - \(mean)) / \(deviation)"
      case .rescaledOffset(let offset): "x / 255 * 255 - \(offset)"
      case .offset(let offset): "x - \(offset)"
      }
  }
}
