// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "ActivationDump",
  products: [
    .executable(name: "activation-dump", targets: ["ActivationDump"]),
    .library(
      name: "ActivationDumpEngine",
      targets: ["Tensor", "Statistics", "Checkpoints", "Images", "Layers", "Models", "Recording", "Study"]),
    .library(name: "ActivationDumpStartup", targets: ["CStartup"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    // Libraries of the operating system.
    .systemLibrary(
      name: "CJPEG", path: "Sources/CSystem/CJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg62-turbo-dev"])]),
    .systemLibrary(
      name: "CPNG", path: "Sources/CSystem/CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CZlib", path: "Sources/CSystem/CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CCrypto", path: "Sources/CSystem/CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"])]),

    // Bottom to top: each target may import only the ones listed above it.
    // OpenBLAS is loaded by the tier that needs it, and is no library of the program's.
    .target(
      name: "CKernels",
      cSettings: [.headerSearchPath(".")],
      linkerSettings: [
        .linkedLibrary("m", .when(platforms: [.linux])), .linkedLibrary("dl", .when(platforms: [.linux])),
      ]),
    // What a program takes from the system before anything else runs; for executables only.
    .target(name: "CStartup"),
    .target(name: "Tensor", dependencies: ["CKernels"], swiftSettings: strict),
    .target(name: "Statistics", swiftSettings: strict),
    .target(
      name: "Checkpoints", dependencies: ["Tensor", "CZlib", "CCrypto"], swiftSettings: strict),
    .target(name: "CImageCodecs", dependencies: ["CJPEG", "CPNG", "CZlib"]),
    .target(name: "Images", dependencies: ["Tensor", "CImageCodecs"], swiftSettings: strict),
    .target(name: "Layers", dependencies: ["Tensor", "CKernels"], swiftSettings: strict),
    .target(
      name: "Models", dependencies: ["Layers", "Images", "Statistics", "Tensor"], swiftSettings: strict),
    .target(
      name: "Recording", dependencies: ["Models", "Layers", "Images", "Checkpoints", "Statistics", "Tensor"],
      swiftSettings: strict),
    .target(
      name: "Study",
      dependencies: ["Recording", "Models", "Layers", "Images", "Checkpoints", "Statistics", "Tensor"],
      swiftSettings: strict),
    // Its pages, style and scripts become part of the binary: what is installed is one file.
    .target(
      name: "Atlas",
      dependencies: [
        "Recording", "Models", "Layers", "Images", "Checkpoints", "Statistics", "Tensor",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Resources")],
      swiftSettings: strict),
    .executableTarget(
      name: "ActivationDump",
      dependencies: [
        "Atlas", "Study", "Recording", "Models", "Layers", "Images", "Checkpoints", "Statistics", "Tensor",
        "CStartup",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Tests: one target per target, and what they share.
    .target(
      name: "TestSupport", dependencies: ["Tensor"], path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "CKernelsTests", dependencies: ["CKernels", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "TensorTests", dependencies: ["Tensor", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "Checkpoints", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "Tensor", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ImagesTests", dependencies: ["Images", "Checkpoints", "Tensor", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "LayersTests", dependencies: ["Layers", "Tensor", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ModelsTests",
      dependencies: ["Models", "Layers", "Images", "Checkpoints", "Statistics", "Tensor", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RecordingTests",
      dependencies: [
        "Recording", "Models", "Layers", "Images", "Checkpoints", "Statistics", "Tensor", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "StudyTests",
      dependencies: [
        "Study", "Recording", "Models", "Layers", "Images", "Checkpoints", "Statistics", "Tensor",
        "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "AtlasTests",
      dependencies: ["Atlas", "Recording", "Models", "Images", "Statistics", "Tensor", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ActivationDumpTests",
      dependencies: [
        "ActivationDump", "Study", "Recording", "Models", "Layers", "Checkpoints", "Statistics", "Tensor",
        "TestSupport",
      ],
      swiftSettings: strict),
  ],
  cLanguageStandard: .c17
)
