import ArgumentParser
import Checkpoints

/// The option for the folder of checkpoints.
struct WeightsFolderOptions: ParsableArguments {
  @Option(
    help: """
      The folder of downloaded checkpoints. Default: $ACTIVATION_DUMP_WEIGHTS, else activation-dump/weights in \
      $XDG_DATA_HOME or ~/.local/share.
      """)
  var weightsDir: String?

  var folder: WeightsFolder { WeightsFolder(weightsDir, environment: ProgramArguments.environment()) }
}
