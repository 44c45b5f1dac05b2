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
      targets: [
        "Machine", "Tensor", "Statistics", "Formats", "Images", "Layers", "Units", "Checkpoints", "Datasets",
        "Models", "Inference", "Dumps", "Recording", "Assessment", "Study",
      ]),
    .library(name: "ActivationDumpStartup", targets: ["CStartup"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
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

    // Bottom to top: each target may import only the ones in its line, all of which stand above it here.
    //
    // Ground: the machine, and arrays. OpenBLAS is loaded by the tier that needs it, and is no library of the program's.
    .target(
      name: "CKernels",
      cSettings: [.headerSearchPath(".")],
      linkerSettings: [
        .linkedLibrary("m", .when(platforms: [.linux])), .linkedLibrary("dl", .when(platforms: [.linux])),
      ]),
    .target(name: "CImageCodecs", dependencies: ["CJPEG", "CPNG", "CZlib"]),
    // What a program takes from the system before anything else runs; for executables only.
    .target(name: "CStartup"),

    .target(
      name: "Machine", dependencies: ["CCrypto", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: strict),
    .target(name: "Tensor", dependencies: ["Machine"], swiftSettings: strict),

    // Crafts: numbers, files, pixels, arithmetic, names.
    .target(name: "Statistics", swiftSettings: strict),
    .target(name: "Formats", dependencies: ["Tensor", "Machine", "CZlib"], swiftSettings: strict),
    .target(name: "Images", dependencies: ["Machine", "CImageCodecs"], swiftSettings: strict),
    .target(name: "Layers", dependencies: ["Tensor", "Machine", "CKernels"], swiftSettings: strict),
    .target(name: "Units", dependencies: ["Machine"], swiftSettings: strict),

    // Named things: weights, images, networks.
    .target(name: "Checkpoints", dependencies: ["Formats", "Tensor", "Machine"], swiftSettings: strict),
    .target(
      name: "Datasets", dependencies: ["Images", "Formats", "Statistics", "Machine"], swiftSettings: strict),
    .target(
      name: "Models", dependencies: ["Units", "Layers", "Images", "Statistics", "Tensor", "Machine"],
      swiftSettings: strict),

    // Networks over images; and what a recording is: reading one needs no network and no kernel.
    .target(
      name: "Inference",
      dependencies: ["Models", "Units", "Datasets", "Checkpoints", "Layers", "Images", "Tensor", "Machine"],
      swiftSettings: strict),
    .target(
      name: "Dumps",
      dependencies: ["Units", "Datasets", "Images", "Formats", "Statistics", "Tensor", "Machine"],
      swiftSettings: strict),

    // What is done with them.
    .target(
      name: "Recording",
      dependencies: [
        "Dumps", "Inference", "Models", "Units", "Datasets", "Checkpoints", "Layers", "Images", "Formats",
        "Statistics", "Tensor", "Machine",
      ], swiftSettings: strict),
    .target(
      name: "Assessment",
      dependencies: [
        "Inference", "Models", "Datasets", "Checkpoints", "Layers", "Images", "Formats", "Statistics",
        "Tensor", "Machine",
      ], swiftSettings: strict),

    // What people see.
    .target(
      name: "Study", dependencies: ["Dumps", "Units", "Images", "Statistics", "Tensor", "Machine"],
      swiftSettings: strict),
    // Its pages, style and scripts become part of the binary: what is installed is one file.
    .target(
      name: "Atlas",
      dependencies: [
        "Dumps", "Units", "Datasets", "Images", "Statistics", "Tensor", "Machine",
        .product(name: "Mustache", package: "swift-mustache"),
      ], resources: [.embedInCode("Resources")], swiftSettings: strict),
    .executableTarget(
      name: "ActivationDump",
      dependencies: [
        "Atlas", "Study", "Assessment", "Recording", "Dumps", "Inference", "Models", "Units", "Datasets",
        "Checkpoints", "Layers", "Images", "Formats", "Statistics", "Tensor", "Machine", "CStartup",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),

    // Tests: one target per target, and what they share.
    .target(name: "TestSupport", dependencies: [], path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "ActivationDumpTests",
      dependencies: [
        "ActivationDump", "Inference", "Models", "Checkpoints", "Layers", "Machine", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "AssessmentTests",
      dependencies: [
        "Assessment", "Inference", "Models", "Datasets", "Checkpoints", "Layers", "Statistics", "Tensor",
        "Machine", "TestSupport",
      ], swiftSettings: strict),
    .testTarget(
      name: "AtlasTests",
      dependencies: [
        "Atlas", "Recording", "Dumps", "Inference", "Models", "Units", "Datasets", "Images", "Formats",
        "Statistics",
        "Tensor", "Machine", "TestSupport", .product(name: "Mustache", package: "swift-mustache"),
      ], swiftSettings: strict),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "Tensor", "Machine", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["Models", "Units", "Datasets", "Images", "Formats", "Machine", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "DumpsTests", dependencies: ["Dumps", "Machine", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "FormatsTests", dependencies: ["Formats", "Tensor", "Machine", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ImagesTests", dependencies: ["Images", "Formats", "Machine", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "InferenceTests",
      dependencies: [
        "Inference", "Models", "Checkpoints", "Layers", "Statistics", "Tensor", "Machine", "TestSupport",
      ], swiftSettings: strict),
    .testTarget(
      name: "LayersTests", dependencies: ["Layers", "Tensor", "Machine", "TestSupport"], swiftSettings: strict
    ),
    .testTarget(
      name: "MachineTests", dependencies: ["Tensor", "Machine", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ModelsTests",
      dependencies: ["Models", "Units", "Checkpoints", "Layers", "Tensor", "Machine", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RecordingTests",
      dependencies: [
        "Assessment", "Recording", "Dumps", "Inference", "Models", "Units", "Datasets", "Checkpoints",
        "Layers",
        "Images", "Formats", "Statistics", "Tensor", "Machine", "TestSupport",
      ], swiftSettings: strict),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "Tensor", "Machine", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "StudyTests",
      dependencies: [
        "Study", "Dumps", "Models", "Units", "Images", "Statistics", "Tensor", "Machine", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "UnitsTests", dependencies: ["Models", "Units", "Layers", "Machine", "TestSupport"],
      swiftSettings: strict),
  ],
  cLanguageStandard: .c17
)
