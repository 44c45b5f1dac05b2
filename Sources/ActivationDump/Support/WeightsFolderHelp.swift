import ArgumentParser

/// What every command says about `--weights-dir`.
enum WeightsFolderHelp {
  static let text: ArgumentHelp = """
    The folder of downloaded checkpoints. Default: $ACTIVATION_DUMP_WEIGHTS, else activation-dump/weights in \
    $XDG_DATA_HOME or ~/.local/share.
    """
}
