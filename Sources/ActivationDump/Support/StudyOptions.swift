import ArgumentParser

/// Which stimuli trials are made of.
struct StimuliOptions: ParsableArguments {
  @Option(help: "The folder of stimuli, as 'exemplars' writes it.")
  var stimuli: String

  @Option(help: "The network, as its folder is called before the underscore.")
  var model: String

  @Option(help: "What the folder's name adds to the network's: hard95, for instance.")
  var extraName = ""
}

/// How files that show one picture are put on the disk.
enum FilePlacement: String, EnumerableFlag {
  case link, copy

  static func help(for value: FilePlacement) -> ArgumentHelp? {
    switch value {
    case .link:
      """
      Make files of one picture hard links, which take no room and change together; where the file system cannot, \
      copies. The default.
      """
    case .copy: "Make every file a copy of its own."
    }
  }
}

/// Whether to link or to copy.
struct PlacementOptions: ParsableArguments {
  @Flag var placement = FilePlacement.link

  @Flag(help: ArgumentHelp("As --link.", visibility: .hidden))
  var hardLinks = false

  /// Whether hard links are wanted.
  var links: Bool { placement == .link }

  func validate() throws {
    if hardLinks && !links { throw ValidationError("give --link or --copy, not both") }
  }
}
