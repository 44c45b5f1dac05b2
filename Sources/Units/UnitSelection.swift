import Foundation
import Machine

/// The selected units of one layer, in the order given: the columns of its file.
package struct LayerUnits: Sendable, Hashable {
  /// The layer's canonical name.
  package let layer: String
  /// The selected units; `nil` for all units.
  package var units: [Int]?

  /// Creates a selection.
  package init(layer: String, units: [Int]? = nil) { (self.layer, self.units) = (layer, units) }
}

/// Parses lists of units.
package enum UnitSelection {
  /// Reads a file of units. Three formats are accepted: one `layer__channel` per line; the study's JSON
  /// `{"units": […]}`; or comma-separated values with the unit in the first column, under the header `unit`.
  ///
  /// Layers are in order of first appearance, and the units of a layer in the order of the file.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing`, or `badData` for a layer or unit that does not exist.
  package static func read(_ path: String, for layers: some NamedLayers) throws -> [LayerUnits] {
    let text = try UserText(path, wanted: wanted)
    return try parse(text.bytes, path: text.name, for: layers)
  }

  /// The expected contents of the file, for errors.
  private static let wanted = "a list of units (one layer__channel a line, CSV or JSON)"

  /// Groups units by layer. Each unit is written `layer__channel`, with the layer in either spelling.
  ///
  /// - Throws: ``Failure`` of kind `badData` for a layer or unit that does not exist, or is named twice.
  package static func units(_ names: [String], of layers: some NamedLayers) throws -> [LayerUnits] {
    try units(names, of: layers, path: "the list of units")
  }

  package static func parse(_ text: String, path: String, for layers: some NamedLayers) throws -> [LayerUnits]
  {
    try parse(Array(text.utf8), path: path, for: layers)
  }

  private static func parse(_ bytes: [UInt8], path: String, for layers: some NamedLayers) throws
    -> [LayerUnits]
  {
    let bytes = try UserText(bytes, name: path, wanted: wanted).bytes
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.badData, "\(path) is not text: give one layer__channel a line, or JSON")
    }
    return try units(names(in: text, path: path), of: layers, path: path)
  }

  private static func units(_ names: [String], of layers: some NamedLayers, path: String) throws
    -> [LayerUnits]
  {
    var chosen: [LayerUnits] = []
    var positions: [String: Int] = [:]
    var seen: Set<UnitName> = []
    for name in names {
      let unit: UnitName
      do { unit = try layers.unit(named: name) } catch { throw Failure(.badData, "\(path): \(error)") }
      let (layer, channel) = (unit.layer, unit.channel)
      guard seen.insert(unit).inserted else {
        throw Failure(.badData, "\(path) lists \(name) twice; keep one of the lines")
      }
      if let position = positions[layer] {
        chosen[position].units?.append(channel)
      } else {
        positions[layer] = chosen.count
        chosen.append(LayerUnits(layer: layer, units: [channel]))
      }
    }
    guard !chosen.isEmpty else { throw Failure(.badData, "\(path) lists no units") }
    return chosen
  }

  private static func names(in text: String, path: String) throws -> [String] {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard text.hasPrefix("{") || text.hasPrefix("[") else {
      if let look = FileLook.document(Array(text.utf8)) { throw look.refusal(of: path, wanted: wanted) }
      let lines = text.split(whereSeparator: \.isNewline)
        .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
      return try table(Array(text.utf8), header: lines.first ?? "", path: path) ?? lines
    }
    do {
      let data = Data(text.utf8)
      return text.hasPrefix("[")
        ? try JSONDecoder().decode([String].self, from: data)
        : try JSONDecoder().decode(Study.self, from: data).units
    } catch {
      throw Failure(
        .badData, "\(path) is not a list of units: its JSON has to be {\"units\": [\"…\"]}")
    }
  }

  /// Returns the units of a table with a header: a column `unit`, or the columns `layer` and `channel`; `nil`
  /// for a text without such a header.
  private static func table(_ text: [UInt8], header: String, path: String) throws(Failure) -> [String]? {
    for separator in ",;\t".utf8 {
      var records = CSVRecords(Array(header.utf8), separator: separator)
      let columns = (records.next()?.fields ?? []).map {
        String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces).lowercased()
      }
      let unit = columns.firstIndex(of: "unit")
      guard let layer = unit ?? columns.firstIndex(of: "layer"), columns.count > 1,
        let channel = unit ?? columns.firstIndex(of: "channel")
      else { continue }
      var names: [String] = []
      for (place, record) in CSVRecords(text, separator: separator).enumerated() where place > 0 {
        let fields = record.fields.map {
          String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }
        if fields[0].hasPrefix("#") || fields.allSatisfy(\.isEmpty) { continue }
        guard fields.count > max(layer, channel) else {
          throw Failure(.badData, "line \(record.line) of \(path) has fewer columns than its header")
        }
        names.append(unit == nil ? "\(fields[layer])__\(fields[channel])" : fields[layer])
      }
      return names
    }
    return nil
  }

  private struct Study: Decodable { let units: [String] }
}
