import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Machine
@testable import Models
@testable import Units

/// Text files from users, as saved by editors, spreadsheets and other programs.
struct UserTextTests {
  /// Returns the encodings of a text: UTF-8 with a byte-order mark, UTF-16 in both byte orders, CRLF, CR.
  private static func savings(of text: String) -> [[UInt8]] {
    let units = Array(text.utf16)
    return [
      Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8),
      [0xFF, 0xFE] + units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
      [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] },
      Array(text.replacing("\n", with: "\r\n").utf8), Array(text.replacing("\n", with: "\r").utf8),
      Array(text.dropLast().utf8),
      [0xEF, 0xBB, 0xBF] + Array(text.replacing("\n", with: "\r\n").dropLast().utf8),
    ]
  }

  private func rows(_ list: ImageList) -> [String] {
    (0..<list.count).map { "\(list.path(ofRow: $0)) \(list.label(ofRow: $0) ?? -1)" }
  }

  @Test("lists, labels and units are the same in every text encoding")
  func savings() throws {
    let folder = try TemporaryFolder()
    for name in ["a.png", "é.png"] { try folder.write([1], to: "val/\(name)") }
    let model = try Model.named("squeezenet1_1")
    for (index, text) in Self.savings(of: "a.png\t3\né.png\t7\n").enumerated() {
      try folder.write(text, to: "val/list")
      #expect(rows(try ImageList.read(folder("val/list"))) == ["a.png 3", "é.png 7"], "saving \(index)")
      var images = try ImageList.read(folder("val"))
      try images.label(from: folder("val/list"))
      #expect(rows(images) == ["a.png 3", "é.png 7"], "saving \(index)")
    }
    let forms = [
      "features_3_squeeze__3\nfeatures.3.squeeze__1\n",
      "{\"units\": [\"features_3_squeeze__3\", \"features_3_squeeze__1\"]}\n",
      "unit,note\n\"features_3_squeeze__3\",\"a, \"\"b\"\"\"\nfeatures_3_squeeze__1,\n",
      "note;Unit\nx;features_3_squeeze__3\ny;features_3_squeeze__1\n",
      "layer\tchannel\nfeatures.3.squeeze\t3\nfeatures_3_squeeze\t1\n",
    ]
    for form in forms {
      for text in Self.savings(of: form) {
        try folder.write(text, to: "units")
        let units = try UnitSelection.read(folder("units"), for: model)
        #expect(units == [LayerUnits(layer: "features.3.squeeze", units: [3, 1])], "\(form)")
      }
    }
  }

  @Test("a label may follow a space after an image's name, and a tab after any name")
  func spaces() throws {
    let list = try ImageList.parse(
      "ILSVRC2012_val_00000001.JPEG 65\nmy photo 2.jpg\na b.PNG   7\nscan 3\nc.jpg 8 \nd.jpg\t\ne 9.jpg 1\nf\t2\n",
      path: "l")
    #expect(
      rows(list) == [
        "ILSVRC2012_val_00000001.JPEG 65", "a b.PNG 7", "c.jpg 8", "d.jpg -1", "e 9.jpg 1", "f 2",
        "my photo 2.jpg -1",
        "scan 3 -1",
      ])
    let synsets = try ImageList.parse("b.jpg n01443537\na.jpg\tn01440764\n", path: "l")
    #expect(rows(synsets) == ["a.jpg 0", "b.jpg 1"] && synsets.labels == .imagenet)
    for text in ["a.jpg n01440764\nb.jpg 1\n", "a.jpg -1\n", "a.jpg 99999999999\n", "a.jpg\tn99\n"] {
      let error = #expect(throws: Failure.self) { try ImageList.parse(text, path: "l") }
      #expect(error?.kind == .badData && error?.message.contains("line") == true, "\(text)")
    }
  }

  @Test(
    "if the first line is not a path, the error names the format of the file",
    arguments: [
      ("path,label\na.jpg,1\n", "CSV"), ("\"a.jpg\",\"1\"\n", "CSV"), ("a.jpg,1\n", "CSV"),
      ("a;b\n", "semicolons"),
      ("path\tlabel\na.jpg\t1\n", "tab-separated"), ("{\"images\": []}", "JSON"), ("\u{FEFF}[\n1]", "JSON"),
      ("{\"a\":1}\n{\"a\":2}\n", "a document a line"), ("<!DOCTYPE html>\n", "HTML"), ("<?xml?>", "XML"),
      ("'a.jpg'\n", "in quotes"), ("65\n7\n", "labels"), ("n01440764\n", "'labels'"),
      ("version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
      ("row\tpath\tlabel\tstatus\n", "table of a dump"),
      ("PAR1\u{15}", "Parquet"), ("PK\u{3}\u{4}", "zip"), ("\u{89}", ""),
    ])
  func looks(text: String, word: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(text.utf8, to: "list")
    guard !word.isEmpty else {
      // A line may be any name, even that of a missing file.
      #expect(try ImageList.read(folder("list")).count == 1)
      return
    }
    let error = #expect(throws: Failure.self) { try ImageList.read(folder("list")) }
    #expect(error?.kind == .badData && error?.message.contains(word) == true, "\(error?.message ?? "")")
    // A text that looks like another format is a path if a file of that name exists.
    let name = text.split(separator: "\n")[0]
    if text.last == "\n", !text.contains("\t"), !text.contains("/") {
      try folder.write([1], to: String(name))
      #expect(try ImageList.read(folder("list")).count > 0)
    }
  }

  @Test("binary files are refused with their format; UTF-16 without a mark, or truncated, is named")
  func binaries() throws {
    let folder = try TemporaryFolder()
    for (bytes, word): ([UInt8], String) in [
      ([0x1F, 0x8B, 8, 0], "gunzip"), ([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10], "give its folder"),
      ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0], "NumPy"), ([1, 0, 2, 3], "binary"),
      ([0x80, 2, 0x7D], "pickle"),
      (Array("a.jpg\n".utf8).flatMap { [$0, 0] }, "UTF-16 without"),
      (Array("a.jpg\n".utf8).flatMap { [0, $0] }, "UTF-16 without"),
      ([0xFF, 0xFE, 0x61], "not UTF-16 to its end"), ([0xFF, 0xFE, 0, 0xD8], "not UTF-16 to its end"),
      ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32"),
    ] {
      try folder.write(bytes, to: "list")
      let error = #expect(throws: Failure.self) { try ImageList.read(folder("list")) }
      #expect(error?.kind == .badData && error?.message.contains(word) == true, "\(error?.message ?? "")")
    }
  }

  @Test("a list whose first path begins like another format is a list")
  func letters() throws {
    let folder = try TemporaryFolder()
    for name in ["GIF8/a.png", "RIFF.png", "%PDF 1.png", "PAR1-b.png", "[x].png", "{a}, b.png", "<c>.png"] {
      try folder.write([1], to: name)
      try folder.write("\(name)\n".utf8, to: "list")
      let list = try ImageList.read(folder("list"))
      #expect(list.path(ofRow: 0) == name && list.count == 1)
    }
  }

  @Test("quoted fields may contain separators, line ends and quotes, as in RFC 4180")
  func csv() {
    let text = "a,\"b, \"\"c\"\"\",\"d\ne\"\r\n\n\"\",f\r\n\"x\"y,\"open"
    let records = Array(CSVRecords(Array(text.utf8), separator: UInt8(ascii: ",")))
    #expect(records.map(\.line) == [1, 4, 5])
    #expect(
      records.map { $0.fields.map { String(decoding: $0, as: UTF8.self) } } == [
        ["a", "b, \"c\"", "d\ne"], ["", "f"], ["xy", "open"],
      ])
  }
}
