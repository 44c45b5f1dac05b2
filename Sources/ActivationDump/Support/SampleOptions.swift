import ArgumentParser

/// The option for the members of samples in tar files that are images.
struct SampleOptions: ParsableArguments {
  @Option(
    help: """
      In WebDataset archives, the members that are images: extensions behind the sample's name, separated by semicolons, the \
      first that a sample has ('input.jpg;jpg;png'). Default: the only image of a sample.
      """)
  var imageKey: String?

  /// The extensions, in the given order.
  var imageKeys: [String] { (imageKey ?? "").split(separator: ";").map { $0.filter { $0 != " " } } }

  func validate() throws {
    if imageKey != nil, imageKeys.allSatisfy(\.isEmpty) {
      throw ValidationError("--image-key names no extension; give one, jpg say")
    }
  }
}
