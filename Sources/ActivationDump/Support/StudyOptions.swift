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
