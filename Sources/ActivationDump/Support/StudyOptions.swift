import ArgumentParser

/// The options for the stimuli of trials.
struct StimuliOptions: ParsableArguments {
  @Option(help: "The folder of stimuli, as 'exemplars' writes it.")
  var stimuli: String

  @Option(help: "The network, as its folder is called before the underscore.")
  var model: String

  @Option(help: "What the folder's name adds to the network's: hard95, for instance.")
  var extraName = ""
}

/// The way in which files that show the same picture are stored.
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

/// The option to link or to copy.
struct PlacementOptions: ParsableArguments {
  @Flag var placement = FilePlacement.link

  @Flag(help: ArgumentHelp("As --link.", visibility: .hidden))
  var hardLinks = false

  /// Whether hard links are requested.
  var links: Bool { placement == .link }

  func validate() throws {
    if hardLinks && !links { throw ValidationError("give --link or --copy, not both") }
  }
}
