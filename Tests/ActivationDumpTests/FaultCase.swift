import Foundation
import TestSupport
import Testing

/// A dump that is made once without disturbance, and then again under faults.
struct FaultCase {
  /// What is kept of a recording: stopped and resumed, each has to end as it would have.
  static let kinds: [[String]] = [
    [], ["--keep", "extremes:5", "--spill-rows", "6", "--baselines"],
  ]

  /// Faults of each kind, `ACTIVATION_DUMP_FAULTS` or few.
  static let faults =
    ProcessInfo.processInfo.environment["ACTIVATION_DUMP_FAULTS"].flatMap { Int($0) } ?? 4

  let folder: TemporaryFolder
  private let options: [String]
  private(set) var whole: [String: Data] = [:]

  /// Records `images` images, one of which cannot be read.
  init(images: Int, options: [String] = []) throws {
    self.options = options
    folder = try imageFolder(count: 4)
    for index in 4..<images {
      try FileManager.default.createSymbolicLink(
        atPath: folder("images/n01440764/link\(index).png"),
        withDestinationPath: folder("images/n01440764/0.png"))
    }
    try folder.write("junk".utf8, to: "images/n01440764/zz.png")
    #expect(try Program.run("dump", arguments("whole")).status == 0)
    whole = try files("whole")
    #expect(whole.count > 3)
  }

  /// The path of an output: one that begins with a slash is elsewhere.
  func place(_ output: String) -> String { output.hasPrefix("/") ? output : folder(output) }

  /// The arguments of a dump of these images; the same go on with it.
  func arguments(_ output: String) -> [String] {
    [
      "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
      place(output), "--layers", "features.*.squeeze,classifier.1", "--on-error", "skip", "--batch-size",
      "2", "--resume",
    ] + options
  }

  /// The arguments in words of a shell.
  func words(_ output: String) -> String { arguments(output).map { "'\($0)'" }.joined(separator: " ") }

  /// What is the same however the dump was made: all files, and what the manifest says of them.
  func files(_ output: String) throws -> [String: Data] {
    var files = try TemporaryFolder.files(in: place(output))
    let manifest = try JSONSerialization.jsonObject(with: files["manifest.json"] ?? Data()) as? [String: Any]
    let stated = (manifest ?? [:]).filter {
      ["baselines", "images", "layers", "logits", "state"].contains($0.key)
    }
    files["manifest.json"] = try JSONSerialization.data(withJSONObject: stated, options: .sortedKeys)
    return files
  }

  /// Goes on with a dump that was stopped, which has to end as if it had not been.
  func expectToEndWell(_ output: String, _ words: String) throws {
    let again = try Program.run("dump", arguments(output))
    #expect(again.status == 0, "\(words): \(again.errors)")
    #expect(try files(output) == whole, "\(words)")
  }
}

/// Whether an error is what a user should see: one line that begins as errors do and names a file, and no trap.
func isOneSentence(_ errors: String) -> Bool {
  let lines = errors.split(separator: "\n").filter { !$0.hasPrefix("NOTE:") && !$0.hasPrefix("note:") }
  return lines.count { $0.hasPrefix("error: ") && $0.contains("/") } == 1
    && !lines.contains { $0.contains("Fatal error") || $0.contains("bug of activation-dump") }
}

/// A small disk in memory, while it lives; only root may have one.
final class SmallDisk {
  let path: String
  private let folder: TemporaryFolder

  /// Mounts it; `nil` where that is not allowed.
  init?(kilobytes: Int, options: String = "") throws {
    folder = try TemporaryFolder()
    path = folder("disk")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard try Self.succeeds("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k\(options)", "tmpfs", path)
    else {
      return nil
    }
  }
  deinit { _ = try? Self.succeeds("umount", "-l", path) }

  /// Changes how it is mounted.
  func remount(_ options: String) throws {
    #expect(try Self.succeeds("mount", "-o", "remount,\(options)", path))
  }

  private static func succeeds(_ command: String...) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
