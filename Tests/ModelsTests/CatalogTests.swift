import Foundation
import Models
import Testing

@Suite("Weights/MANIFEST.json says what the catalogue says")
struct ManifestTests {
  private struct Manifest: Decodable {
    struct Entry: Decodable {
      let model: String
      let means: String
      let license: String
      let note: String?
      let renames: String
      let files: [File]
    }

    struct File: Decodable {
      let name: String
      let url: String
      let format: CheckpointSource.Format
      let sha256: String?
      let sha256_prefix: String?
      let bytes: Int?
      let megabytes: Double?

      var digest: CheckpointSource.Digest {
        if let sha256 { return .full(sha256) }
        return sha256_prefix.map { .prefix($0) } ?? .unknown
      }
    }

    let schema: Int
    let models: [Entry]
  }

  private let manifest: Manifest

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    manifest = try JSONDecoder().decode(
      Manifest.self, from: Data(contentsOf: root.appending(path: "Weights/MANIFEST.json")))
  }

  @Test("The networks, in order, and every file of each")
  func agreement() throws {
    #expect(manifest.schema == 1)
    #expect(manifest.models.map(\.model) == Model.all.map(\.identifier))
    for (entry, model) in zip(manifest.models, Model.all) {
      let source = model.checkpoint
      #expect(entry.license == source.license && entry.note == source.note, "\(entry.model)")
      #expect(!entry.renames.isEmpty && !entry.means.isEmpty && entry.means == source.meaning)
      #expect(entry.files.map(\.name) == source.files.map(\.name), "\(entry.model)")
      for (listed, file) in zip(entry.files, source.files) {
        #expect(listed.url == file.url && listed.format == file.format, "\(file.name)")
        #expect(listed.digest == file.sha256 && listed.bytes == file.bytes, "\(file.name)")
      }
    }
  }

  @Test("Digests are lower-case hexadecimal, names are file names, and no two networks share one")
  func wellFormed() {
    let files = manifest.models.flatMap(\.files)
    for file in files {
      let digits = file.sha256 ?? file.sha256_prefix ?? ""
      #expect(digits.allSatisfy { "0123456789abcdef".contains($0) }, "\(file.name)")
      #expect(file.sha256.map { $0.count == 64 } ?? true)
      #expect(!file.name.contains("/") && !file.name.isEmpty)
      #expect(URL(string: file.url)?.scheme == "https")
    }
    #expect(Set(files.map(\.name)).count == files.count)
  }
}
