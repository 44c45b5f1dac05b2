import Foundation

/// An image chosen for a unit.
package struct Exemplar: Sendable, Hashable, Codable {
  /// The rank of the image among all images of the unit, from 0, the lowest activation; ties are in the order
  /// of rows.
  package var rank: Int
  /// The image's row in the dump.
  package var row: Int
  /// The image's path, as in images.tsv.
  package var image: String
  /// The recorded value.
  package var activation: Float
}

/// The images chosen for a unit.
package struct UnitExemplars: Sendable, Hashable, Codable {
  /// The unit, in the study's spelling.
  package var unit: String
  /// The layer's canonical name.
  package var layer: String
  /// The channel.
  package var channel: Int
  /// The exemplars [batch][0…9] of the low end: references from the least extreme to the most, then the
  /// query.
  package var min: [[Exemplar]]
  /// The exemplars [batch][0…9] of the high end, in the same order.
  package var max: [[Exemplar]]

  /// Every image, with the name of its file below the unit's folder.
  var files: [(name: String, exemplar: Exemplar)] {
    [("min", min), ("max", max)].flatMap { side, batches in
      batches.enumerated().flatMap { batch, exemplars in
        exemplars.enumerated().map { ("natural_images/batch_\(batch)/\(side)_\($0).png", $1) }
      }
    }
  }
}

/// The names of the folders and files of stimuli, as the study's tools expect them.
package enum StimulusNames {
  /// Returns the folder of a network below the folder of stimuli: `resnet50_hard95`, and `resnet50_` for the
  /// easy condition.
  package static func folder(model: String, extra: String) -> String { "\(model)_\(extra)" }

  /// Returns the folder of a unit below that of its network, from the unit's name in the study's spelling.
  package static func folder(ofUnit unit: String) -> String {
    guard let separator = unit.range(of: "__", options: .backwards) else { return unit }
    return "\(unit[..<separator.lowerBound])/channel_\(unit[separator.upperBound...])"
  }

  /// Returns the key of a network in the map that the study published: `resnet50`, `resnet50_hard95`.
  static func mapKey(model: String, extra: String) -> String { extra.isEmpty ? model : "\(model)_\(extra)" }
}
