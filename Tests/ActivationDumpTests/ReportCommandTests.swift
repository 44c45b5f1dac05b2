import Foundation
import TestSupport
import Testing

/// `report`, as the shell runs it.
struct ReportCommandTests {
  private func dump() throws -> TemporaryFolder {
    let folder = try imageFolder(count: 6)
    let outcome = try Program.run(
      "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
      folder("dump"), "--layers", "features.3.squeeze,classifier.1")
    #expect(outcome.status == 0, "\(outcome.errors)")
    return folder
  }

  @Test("the first page is named, and all its files are beside it")
  func report() throws {
    let folder = try dump()
    let outcome = try Program.run("report", folder("dump"), "--output", folder("atlas"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasSuffix("open \(folder("atlas"))/index.html\n"))
    #expect(outcome.errors.isEmpty)
    let files = try folder.files(below: "atlas")
    for (name, data) in files where name.hasSuffix(".html") {
      let text = String(decoding: data, as: UTF8.self)
      for match in text.matches(of: /(?:href|src)="([^"#]+)(?:#[^"]*)?"/) where match.1 != "data:," {
        let path = ("/" + (name as NSString).deletingLastPathComponent + "/" + match.1 as NSString)
          .standardizingPath
        #expect(files[String(path.dropFirst())] != nil, "\(match.1) of \(name)")
      }
      #expect(!text.contains("://"), "\(name) names another place")
    }
    let json = try Program.run("report", folder("dump"), "--output", folder("atlas"), "--overwrite", "--json")
      .json()
    #expect(json["schema"] as? Int == 1 && json["units"] as? Int == 1016 && json["images"] as? Int == 6)
    #expect(
      json["bytes"] as? Int == files.filter { $0.key != "atlas.json" }.values.reduce(0) { $0 + $1.count })
  }

  @Test("the program makes an atlas without other files, from any folder")
  func installed() throws {
    let folder = try dump()
    try FileManager.default.createDirectory(atPath: folder("bin"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: Program.path, toPath: folder("bin/activation-dump"))
    let outcome = try Program.shell(
      "cd / && exec \"$1\" report \"$2\" --output \"$3\"", folder("bin/activation-dump"), folder("dump"),
      folder("atlas"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(FileManager.default.fileExists(atPath: folder("atlas/assets/atlas.css")))
  }

  @Test("exit codes: missing dump 66, output occupied 73, disk full 74, bad options 64, missing layer 65")
  func failures() throws {
    let folder = try dump()
    func status(_ arguments: String...) throws -> Int32 {
      let outcome = try Program.run("report", arguments)
      #expect(outcome.status == 64 || outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      return outcome.status
    }
    #expect(try status(folder("nothing"), "--output", folder("a")) == 66)
    #expect(try status(folder("dump"), "--output", folder("images")) == 73)
    #expect(try status(folder("dump"), "--output", folder("a"), "--layers", "features.5") == 65)
    #expect(try status(folder("dump"), "--output", folder("a"), "--layers", "conv9") == 65)
    #expect(try status(folder("dump"), "--output", folder("a"), "--thumbnail-size", "4") == 64)
    #expect(try status(folder("dump"), "--output", folder("a"), "--threads", "0") == 64)
    #expect(!FileManager.default.fileExists(atPath: folder("a")))
    let full = try Program.shell(
      "ulimit -f 60; exec \"$0\" report \"$1\" --output \"$2\"", folder("dump"), folder("full"))
    #expect(full.status == 74, "\(full.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("full/index.html")))
    #expect(try Program.run("report", folder("dump"), "--output", folder("full"), "--overwrite").status == 0)
  }
}
