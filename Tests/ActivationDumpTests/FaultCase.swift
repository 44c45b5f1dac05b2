import Foundation
import TestSupport
import Testing

/// A dump that is made once without faults, and then again with faults.
struct FaultCase {
  /// The options of the kinds of recordings. Each recording, stopped and resumed, must end with the same
  /// files.
  static let kinds: [[String]] = [
    [], ["--keep", "extremes:5", "--spill-rows", "6", "--baselines"],
  ]

  /// The number of faults of each kind: `ACTIVATION_DUMP_FAULTS`, or a few.
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

  /// Returns the path of an output. An absolute path is outside the test's folder.
  func place(_ output: String) -> String { output.hasPrefix("/") ? output : folder(output) }

  /// Returns the arguments of a dump of these images; the same arguments resume it.
  func arguments(_ output: String) -> [String] {
    [
      "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
      place(output), "--layers", "features.*.squeeze,classifier.1", "--on-error", "skip", "--batch-size",
      "2", "--resume",
    ] + options
  }

  /// Returns the arguments as words of a shell command.
  func words(_ output: String) -> String { arguments(output).map { "'\($0)'" }.joined(separator: " ") }

  /// Returns the data that do not depend on how the dump was made: all files, and their descriptions in the
  /// manifest.
  func files(_ output: String) throws -> [String: Data] {
    var files = try TemporaryFolder.files(in: place(output))
    let manifest = try JSONSerialization.jsonObject(with: files["manifest.json"] ?? Data()) as? [String: Any]
    let stated = (manifest ?? [:]).filter {
      ["baselines", "images", "layers", "logits", "state"].contains($0.key)
    }
    files["manifest.json"] = try JSONSerialization.data(withJSONObject: stated, options: .sortedKeys)
    return files
  }

  /// Resumes a dump that was stopped, and expects the same files as without the stop.
  func expectToEndWell(_ output: String, _ words: String) throws {
    let again = try Program.run("dump", arguments(output))
    #expect(again.status == 0, "\(words): \(again.errors)")
    #expect(try files(output) == whole, "\(words)")
  }
}

/// Returns whether an error is as a user should see it: one line that begins like an error and names a file,
/// and no trap.
func isOneSentence(_ errors: String) -> Bool {
  let lines = errors.split(separator: "\n").filter { !$0.hasPrefix("NOTE:") && !$0.hasPrefix("note:") }
  return lines.count { $0.hasPrefix("error: ") && $0.contains("/") } == 1
    && !lines.contains { $0.contains("Fatal error") || $0.contains("bug of activation-dump") }
}

/// A small disk in memory, which exists as long as the object; only root may mount one.
final class SmallDisk {
  let path: String
  private let folder: TemporaryFolder

  /// Mounts the disk; `nil` where mounting is not allowed.
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

  /// Changes the mount options.
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
