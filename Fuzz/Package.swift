// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the flags of fuzzing stay out of the main one. `fuzz.sh` builds it: it needs coverage,
// the sanitizers and `-enable-testing` in every target, which only the command line can ask for.
let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "ActivationDump", path: "..")],
  targets: [
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        .product(name: "ActivationDumpEngine", package: "ActivationDump"),
        // Without a line of Swift: it keeps the descriptors of closed standard streams from the fuzzer's files.
        .product(name: "ActivationDumpStartup", package: "ActivationDump"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .treatAllWarnings(as: .error),
      ])
  ]
)
