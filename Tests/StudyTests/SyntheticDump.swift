import Foundation
import TestSupport

/// A dump made without a network: given activations of five units of a layer of SqueezeNet over generated
/// images.
struct SyntheticDump {
  static let layer = "features.3.squeeze"
  /// The channel of each column.
  static let channels = [3, 0, 15, 7, 9]

  let path: String
  let images: String

  /// Creates a dump of an array, given as the bytes of a .npy file of rows × at most five columns. The images
  /// of the rows in `skipped` were not read.
  init(_ array: Data, rows: Int, columns: Int, skipped: Set<Int> = [], in folder: TemporaryFolder) throws {
    (path, images) = (folder("dump"), folder("images"))
    try folder.write(array, to: "dump/activations/\(Self.layer).npy")
    var table = "row\tpath\tlabel\tstatus\n"
    for row in 0..<rows {
      let name = Self.image(row)
      table += "\(row)\t\(name)\t\t\(skipped.contains(row) ? "not an image" : "ok")\n"
      if skipped.contains(row) { continue }
      try folder.write(PNG.photograph(width: 9 + row % 4, height: 9, seed: UInt64(row)), to: "images/\(name)")
    }
    try folder.write(table.utf8, to: "dump/images.tsv")
    let manifest: [String: Any] = [
      "schema": 1, "tool": ["name": "activation-dump", "version": "0"], "arguments": [String](),
      "model": "squeezenet1_1", "weights": ["name": "seeded:1"],
      "preprocessing": [
        "resize": 256, "crop": 224, "filter": "bilinear", "channel_order": "rgb", "normalization": "",
        "decoder": "",
      ],
      "precision": "fp32", "tier": "scalar", "reduce": "mean",
      "layers": [
        [
          "name": Self.layer, "study_name": "features_3_squeeze", "file": "activations/\(Self.layer).npy",
          "shape": [rows, columns], "dtype": "<f4", "units": Array(Self.channels.prefix(columns)),
        ] as [String: Any]
      ],
      "logits": ["file": "logits.npy", "shape": [rows, 1000], "dtype": "<f4"],
      "images": [
        "source": images, "count": rows, "layout": "flat", "labels": "none", "list_sha256": "",
        "skipped": skipped.count,
      ],
      "on_error": "skip",
      "host": ["name": "", "system": "", "processor": "", "threads": 1, "batch_size": 1], "started": "",
      "state": "complete",
    ]
    try folder.write(try JSONSerialization.data(withJSONObject: manifest), to: "dump/manifest.json")
  }

  static func image(_ row: Int) -> String { "n0000000\(row % 3)/\(row).png" }
}
