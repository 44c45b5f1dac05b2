/// Published weights that fit a network of the catalogue and are not those its identifier means.
///
/// Their publishers put the first digits of the SHA-256 into the file's name.
public struct OtherWeights: Sendable, Hashable {
  /// The first digits of the file's SHA-256.
  public let digest: String
  /// What they are, in words.
  public let name: String
  /// What their network computes otherwise, `nil` where it computes the same.
  public let difference: String?
  /// The identifier whose network it is, where there is one.
  public let identifier: String?

  fileprivate init(
    _ digest: String, _ name: String, difference: String? = nil, identifier: String? = nil
  ) {
    (self.digest, self.name, self.difference, self.identifier) = (digest, name, difference, identifier)
  }
}

extension Model {
  /// The known weights that fit this network and are not those its identifier means.
  public var otherWeights: [OtherWeights] {
    switch identifier {
    case "resnet50", "resnet50-l2", "resnet50-linf": Self.otherResNet50
    case "wide_resnet50":
      [
        OtherWeights("95faca4d", "torchvision's wide_resnet50_2, IMAGENET1K_V1"),
        OtherWeights("8234f177", "timm's wide_resnet50_2.racm_in1k"),
      ]
    case "clip-vit_b32":
      Self.laion400M(identifier: "clip-vit_b32-openai", "has QuickGELU")
        + [OtherWeights("af8dbd0c", "open_clip's ViT-B-32, laion2b_e16")]
    case "clip-vit_b32-openai":
      Self.laion400M(identifier: nil, nil)
        + [
          OtherWeights(
            "af8dbd0c", "open_clip's ViT-B-32, laion2b_e16", difference: "has the exact GELU",
            identifier: "clip-vit_b32")
        ]
    case "clip-resnet50":
      [
        OtherWeights("455df137", "open_clip's RN50, yfcc15m"),
        OtherWeights("f000538c", "open_clip's RN50, cc12m"),
      ]
    default: []
    }
  }

  private static let otherResNet50 =
    [
      OtherWeights("11ad3fa6", "torchvision's resnet50, IMAGENET1K_V2, published for resizing to 232"),
      OtherWeights(
        "788b5fa3", "OpenMMLab's resnet50_caffe",
        difference: "strides in its first 1×1 convolutions and takes BGR"),
      OtherWeights(
        "5891d200", "OpenMMLab's resnet50_msra",
        difference: "strides in its first 1×1 convolutions and takes BGR"),
      OtherWeights(
        "84f4748f", "timm's resnetblur50.bt_in1k", difference: "blurs where resnet50 strides"),
      OtherWeights(
        "4cf422b3", "timm's resnetaa50.a1h_in1k", difference: "averages where resnet50 strides"),
    ]
    + [
      ("14fe96d1", "a1_in1k"), ("001a1197", "a1h_in1k"), ("a2746f79", "a2_in1k"), ("59cae1ef", "a3_in1k"),
      ("532a802a", "b1k_in1k"), ("1ba180c1", "b2k_in1k"), ("5ba5e060", "c1_in1k"), ("d01e05b2", "c2_in1k"),
      ("f39db8af", "d_in1k"), ("a26f946b", "ram_in1k"), ("6c502b37", "am_in1k"), ("85ebb6e5", "ra_in1k"),
      ("86acaeed", "bt_in1k"), ("08389792", "fb_ssl_yfcc100m_ft_in1k"), ("16a12f1b", "fb_swsl_ig1b_ft_in1k"),
      ("0ebe02e2", "gluon_in1k"),
    ].map { OtherWeights($0.0, "timm's resnet50.\($0.1)") }

  private static func laion400M(identifier: String?, _ difference: String?) -> [OtherWeights] {
    [("d867053b", "laion400m_e31"), ("46683a32", "laion400m_e32")].map {
      OtherWeights(
        $0.0, "open_clip's ViT-B-32-quickgelu, \($0.1)", difference: difference, identifier: identifier)
    }
  }

  /// What libraries call the architecture, in lower case.
  public var architectureNames: Set<String> {
    switch identifier {
    case "resnet50", "resnet50-l2", "resnet50-linf": ["resnet50", "tv_resnet50", "resnet-50"]
    case "wide_resnet50": ["wide_resnet50_2"]
    case "densenet_201": ["densenet201", "tv_densenet201"]
    case "convnext_b": ["convnext_base"]
    case "in1k-vit_b32": ["vit_base_patch32_224"]
    case "clip-vit_b32": ["vit-b-32", "vit-b/32", "vit_base_patch32_clip_224"]
    case "clip-vit_b32-openai":
      ["vit-b-32", "vit-b/32", "vit-b-32-quickgelu", "vit_base_patch32_clip_quickgelu_224"]
    case "clip-resnet50": ["rn50", "rn50-quickgelu", "resnet50_clip", "resnet50_clip_gap"]
    case "googlenet-tv": ["googlenet"]
    case "googlenet": ["inceptionv1", "inception_v1"]
    default: ["squeezenet1_1"]
    }
  }

  /// Architectures whose parameters fit and that compute something else, and what.
  public var likeArchitectures: [String: String] {
    switch identifier {
    case "resnet50", "resnet50-l2", "resnet50-linf":
      [
        "resnetblur50": "blurs where resnet50 strides", "resnetaa50": "averages where resnet50 strides",
        "resnet50_caffe": "strides in its first 1×1 convolutions and takes BGR",
      ]
    case "clip-vit_b32":
      [
        "vit-b-32-quickgelu": "has QuickGELU", "vit_base_patch32_clip_quickgelu_224": "has QuickGELU",
      ]
    default: [:]
    }
  }

  /// Whether the MLPs have CLIP's approximate GELU, `nil` for a network where no other is known to fit.
  public var hasQuickGELU: Bool? {
    switch identifier {
    case "clip-vit_b32": false
    case "clip-vit_b32-openai": true
    default: nil
    }
  }
}
