/// How an image becomes a network's input: resize, centre crop, then arithmetic, as torchvision does it.
public struct Preprocessing: Hashable, Sendable {
  /// How pixels are interpolated when resizing, as Pillow names them; always with antialiasing.
  public enum Filter: String, Hashable, Sendable, Codable {
    case bilinear, bicubic
  }

  /// The order of the colour planes in the network's input.
  public enum ChannelOrder: String, Hashable, Sendable, Codable {
    case rgb, bgr
  }

  /// What happens to an 8-bit value, in 32-bit float arithmetic and this order.
  public enum Normalization: Hashable, Sendable {
    /// `(x / 255 - mean) / deviation` per colour plane, in the network's channel order: ToTensor, then Normalize.
    case standardized(mean: [Float], deviation: [Float])
    /// `(x / 255) * 255 - offset` per colour plane: ToTensor, then the Inception range.
    case rescaledOffset([Float])
    /// `x - offset` per colour plane, never scaled: Caffe's.
    case offset([Float])
  }

  /// The shorter side after resizing; the longer side is `size * longer / shorter`, truncated.
  public let resize: Int
  /// The interpolation.
  public let filter: Filter
  /// Height and width of the centre crop.
  public let crop: Int
  /// The order of the colour planes.
  public let channelOrder: ChannelOrder
  /// The arithmetic.
  public let normalization: Normalization

  /// Creates a preprocessing description.
  public init(
    resize: Int, filter: Filter, crop: Int, channelOrder: ChannelOrder = .rgb, normalization: Normalization
  ) {
    (self.resize, self.filter, self.crop, self.channelOrder, self.normalization) =
      (resize, filter, crop, channelOrder, normalization)
  }

  /// Resize 256 bilinear, crop 224, ImageNet statistics: torchvision's.
  public static let imageNet = Preprocessing(
    resize: 256, filter: .bilinear, crop: 224,
    normalization: .standardized(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225]))

  /// Resize 256 bilinear, crop 229, −117…138: the study's for Lucid's InceptionV1.
  public static let inception = Preprocessing(
    resize: 256, filter: .bilinear, crop: 229, normalization: .rescaledOffset([117, 117, 117]))

  /// Resize 224 bicubic, crop 224, CLIP statistics.
  public static let clip = Preprocessing(
    resize: 224, filter: .bicubic, crop: 224,
    normalization: .standardized(
      mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711]))

  /// Resize 248 bicubic, crop 224, −1…1: timm's for the AugReg ViTs.
  public static let augreg = Preprocessing(
    resize: 248, filter: .bicubic, crop: 224,
    normalization: .standardized(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5]))

  /// Resize 256 bilinear, crop 227, BGR minus the ImageNet means: Caffe's.
  public static let caffe = Preprocessing(
    resize: 256, filter: .bilinear, crop: 227, channelOrder: .bgr,
    normalization: .offset([103.939, 116.779, 123.68]))
}
