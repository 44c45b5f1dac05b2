import Images
public import Machine

extension Model {
  /// The networks of the study, then four beyond it.
  public static let all: [Model] = [
    googLeNet, resNet50, resNet50L2, resNet50Linf, wideResNet50, denseNet201, convNeXtBase, viTBase32,
    clipViTBase32, clipResNet50, squeezeNet, squeezeNetCaffe, googLeNetTorchvision,
    clipViTBase32OpenAI,
  ]

  /// The network of an identifier.
  ///
  /// - Throws: ``UnknownName`` with the nearest identifiers.
  public static func named(_ identifier: String) throws(UnknownName) -> Model {
    guard let model = all.first(where: { $0.identifier == identifier }) else {
      throw UnknownName(.model, name: identifier, known: all.map(\.identifier))
    }
    return model
  }

  // MARK: The study's

  private static let googLeNet = Model(
    "googlenet", "GoogLeNet (Inception V1, Lucid's)", paper: Paper.googLeNet, InceptionV1(),
    classes: .lucid, preprocessing: .inception, publishedTop1: 0.6915, layout: .plain,
    checkpoint: .inception5h,
    relevant: [.inceptionV1])

  private static let resNet50 = Model(
    "resnet50", "ResNet-50", paper: Paper.resNet, ResNet.resNet50, preprocessing: .imageNet,
    publishedTop1: 0.7613, layout: .plain, checkpoint: .resNet50, relevant: [.resNet])

  private static let resNet50L2 = Model(
    "resnet50-l2", "Robust ResNet-50 (L2, ε = 3)", paper: Paper.robust, ResNet.resNet50,
    preprocessing: .imageNet,
    publishedTop1: 0.6283, layout: .plain,
    checkpoint: .robust(
      "resnet50_l2_eps3.ckpt", means: "MadryLab's, ε = 3; other ε, L∞ and plain ResNet-50 fit and are others"),
    relevant: [.resNet])

  private static let resNet50Linf = Model(
    "resnet50-linf", "Robust ResNet-50 (L∞, ε = 4/255)", paper: Paper.robust, ResNet.resNet50,
    preprocessing: .imageNet, publishedTop1: 0.6386, layout: .plain,
    checkpoint: .robust(
      "resnet50_linf_eps4.0.ckpt",
      means: "MadryLab's, ε = 4/255; other ε, L2 and plain ResNet-50 fit and are others"), relevant: [.resNet]
  )

  private static let wideResNet50 = Model(
    "wide_resnet50", "Wide ResNet-50-2", paper: Paper.wideResNet, ResNet.wideResNet50,
    preprocessing: .imageNet,
    publishedTop1: 0.8160, layout: .plain, checkpoint: .wideResNet50, relevant: [.resNet])

  private static let denseNet201 = Model(
    "densenet_201", "DenseNet-201", paper: Paper.denseNet, DenseNet.denseNet201, preprocessing: .imageNet,
    publishedTop1: 0.7689, layout: .denseNet, checkpoint: .denseNet201, relevant: [.denseNet])

  // The study prepares images for ConvNeXt as for the ResNets, not as timm does.
  private static let convNeXtBase = Model(
    "convnext_b", "ConvNeXt-B", paper: Paper.convNeXt, ConvNeXt.base, preprocessing: .imageNet,
    publishedTop1: 0.838, layout: .convNeXt, checkpoint: .convNeXtBase,
    relevant: [.convNeXt, .convNeXtWithIdentities])

  private static let viTBase32 = Model(
    "in1k-vit_b32", "ViT-B/32 (ImageNet-1k)", paper: Paper.augReg, VisionTransformer.base32,
    preprocessing: .augreg, publishedTop1: 0.74904, layout: .visionTransformer, checkpoint: .viTBase32,
    relevant: [.visionTransformer])

  private static let clipViTBase32 = Model(
    "clip-vit_b32", "CLIP ViT-B/32 (LAION-2B)", paper: Paper.clip, CLIPVisionTransformer.base32,
    preprocessing: .clip, publishedTop1: 0.666, layout: .clip, checkpoint: .clipViTBase32,
    relevant: [.clipVisionTransformer])

  private static let clipResNet50 = Model(
    "clip-resnet50", "CLIP ResNet-50 (OpenAI)", paper: Paper.clip, CLIPResNet.resNet50,
    preprocessing: .clip, publishedTop1: 0.5983, layout: .clip, checkpoint: .clipResNet50, relevant: [.resNet]
  )

  // MARK: Beyond the study

  private static let squeezeNet = Model(
    "squeezenet1_1", "SqueezeNet 1.1", paper: Paper.squeezeNet, SqueezeNet(), preprocessing: .imageNet,
    publishedTop1: 0.58178, layout: .squeezeNet, checkpoint: .squeezeNet, relevant: [.squeezeNet])

  // Its authors publish no accuracy of their own for version 1.1.
  private static let squeezeNetCaffe = Model(
    "squeezenet1_1-caffe", "SqueezeNet 1.1 (Caffe)", paper: Paper.squeezeNet, SqueezeNet(),
    preprocessing: .caffe, publishedTop1: nil, layout: .squeezeNet, checkpoint: .squeezeNetCaffe,
    relevant: [.squeezeNet])

  // torchvision's `transform_input` brings ImageNet's statistics to a half within the network; here images are
  // prepared so from the start.
  private static let googLeNetTorchvision = Model(
    "googlenet-tv", "GoogLeNet (torchvision)", paper: Paper.googLeNet, GoogLeNet(),
    preprocessing: Preprocessing(
      resize: 256, filter: .bilinear, crop: 224,
      normalization: .standardized(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])),
    publishedTop1: 0.69778, layout: .googLeNet, checkpoint: .googLeNetTorchvision, relevant: [.googLeNet])

  private static let clipViTBase32OpenAI = Model(
    "clip-vit_b32-openai", "CLIP ViT-B/32 (OpenAI)", paper: Paper.clip, CLIPVisionTransformer.quickBase32,
    preprocessing: .clip, publishedTop1: 0.632, layout: .clip,
    checkpoint: .clipViTBase32OpenAI, relevant: [.clipVisionTransformer])
}

/// What to cite.
private enum Paper {
  static let googLeNet = "Going Deeper with Convolutions, arXiv:1409.4842"
  static let resNet = "Deep Residual Learning for Image Recognition, arXiv:1512.03385"
  static let robust = "Do Adversarially Robust ImageNet Models Transfer Better?, arXiv:2007.08489"
  static let wideResNet = "Wide Residual Networks, arXiv:1605.07146"
  static let denseNet = "Densely Connected Convolutional Networks, arXiv:1608.06993"
  static let convNeXt = "A ConvNet for the 2020s, arXiv:2201.03545"
  static let augReg = "How to train your ViT?, arXiv:2106.10270"
  static let clip = "Learning Transferable Visual Models From Natural Language Supervision, arXiv:2103.00020"
  static let squeezeNet = "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, arXiv:1602.07360"
}
