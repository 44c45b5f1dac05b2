/// The preprocessing of an image to a network's input, as in torchvision: resize, centre crop, then
/// normalisation.
public struct Preprocessing: Hashable, Sendable {
  /// The interpolation of the resize, by Pillow's names. It is always antialiased.
  public enum Filter: String, Hashable, Sendable, Codable {
    case bilinear, bicubic
  }

  /// The order of the colour planes in the network's input.
  public enum ChannelOrder: String, Hashable, Sendable, Codable {
    case rgb, bgr
  }

  /// The normalisation of an 8-bit value, in 32-bit float arithmetic and in the given order of operations.
  public enum Normalization: Hashable, Sendable {
    /// `(x / 255 - mean) / deviation` per colour plane, in the network's channel order: ToTensor, then
    /// Normalize.
    case standardized(mean: [Float], deviation: [Float])
    /// `(x / 255) * 255 - offset` per colour plane: ToTensor, then Inception's range.
    case rescaledOffset([Float])
    /// `x - offset` per colour plane, without scaling, as in Caffe.
    case offset([Float])
  }

  /// The shorter side after resizing. The longer side is `size * longer / shorter`, truncated.
  public let resize: Int
  /// The interpolation.
  public let filter: Filter
  /// The height and width of the centre crop.
  public let crop: Int
  /// The order of the colour planes.
  public let channelOrder: ChannelOrder
  /// The normalisation.
  public let normalization: Normalization

  /// Creates a preprocessing description.
  public init(
    resize: Int, filter: Filter, crop: Int, channelOrder: ChannelOrder = .rgb, normalization: Normalization
  ) {
    (self.resize, self.filter, self.crop, self.channelOrder, self.normalization) =
      (resize, filter, crop, channelOrder, normalization)
  }

  /// torchvision's preprocessing: resize 256 bilinear, crop 224, ImageNet statistics.
  public static let imageNet = Preprocessing(
    resize: 256, filter: .bilinear, crop: 224,
    normalization: .standardized(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225]))

  /// The study's preprocessing for Lucid's InceptionV1: resize 256 bilinear, crop 229, −117…138.
  public static let inception = Preprocessing(
    resize: 256, filter: .bilinear, crop: 229, normalization: .rescaledOffset([117, 117, 117]))

  /// CLIP's preprocessing: resize 224 bicubic, crop 224, CLIP statistics.
  public static let clip = Preprocessing(
    resize: 224, filter: .bicubic, crop: 224,
    normalization: .standardized(
      mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711]))

  /// timm's preprocessing for the AugReg ViTs: resize 248 bicubic, crop 224, −1…1.
  public static let augreg = Preprocessing(
    resize: 248, filter: .bicubic, crop: 224,
    normalization: .standardized(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5]))

  /// Caffe's preprocessing: resize 256 bilinear, crop 227, BGR minus the ImageNet means.
  public static let caffe = Preprocessing(
    resize: 256, filter: .bilinear, crop: 227, channelOrder: .bgr,
    normalization: .offset([103.939, 116.779, 123.68]))
}
