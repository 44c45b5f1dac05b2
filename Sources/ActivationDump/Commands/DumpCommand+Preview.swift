import Foundation
import Machine
import Recording

extension DumpCommand {
  /// Prints the estimated cost of the dump.
  func describe(_ dump: Dump) throws {
    let preview = try withProgress(of: "images") { try dump.preview(progress: $0) }
    try results.print(Preview(preview)) {
      let (outline, probe) = (preview.outline, preview.probe)
      Console.table(
        ["would record", ""],
        [
          ["images", outline.images.grouped], ["passes over them", "\(preview.passes)"],
          ["layers", outline.layers.grouped], ["units", outline.units.grouped],
          ["on disk", outline.bytes.asBytes],
          ["in memory, at most", preview.memoryBytes.asBytes],
          ["\(preview.memoryLimit) allows", preview.memoryLimitBytes.asBytes],
          ["threads × batch", "\(outline.threads) × \(outline.batchSize)"],
          ["images a second", String(format: "%.1f", probe.imagesPerSecond)],
          ["time, about", probe.imagesPerSecond > 0 ? ProgressText.duration(preview.etaSeconds) : "unknown"],
        ], right: [1])
      if let example = probe.example {
        Console.note(
          "note: \(probe.unreadable) of \(probe.images + probe.unreadable) images that were tried cannot be read: \(example)"
        )
      }
    }
  }

  /// The outline and the results of the trial, in one JSON object.
  private struct Preview: Encodable {
    let preview: DumpPreview

    init(_ preview: DumpPreview) { self.preview = preview }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(true, forKey: .dryRun)
      try container.encode(preview.passes, forKey: .passes)
      try container.encode(preview.memory, forKey: .memory)
      try container.encode(preview.memoryBytes, forKey: .memoryBytes)
      try container.encode(preview.memoryLimitBytes, forKey: .memoryLimitBytes)
      try container.encode(preview.memoryLimit, forKey: .memoryLimit)
      try container.encode(preview.probe, forKey: .probe)
      try container.encode(preview.etaSeconds, forKey: .etaSeconds)
      try preview.outline.encode(to: encoder)
    }
    enum Keys: CodingKey {
      case dryRun, passes, memory, memoryBytes, memoryLimitBytes, memoryLimit, probe, etaSeconds
    }
  }
}
