import Foundation
import Machine
import TestSupport
import Testing

@Suite("Output folders")
struct OutputFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A kind of folder that is recognized by its first file, `kept.json`, and complete with its last file.
  private static func kind(canResume: Bool = true) -> OutputFolder.Kind {
    OutputFolder.Kind(
      "pots", names: ["last.json", "parts", "lock", "kept.json"], keeps: ["kept.json", "lock"],
      matches: { $0.hasPrefix("pot_") }, folders: ["parts"], wholeFiles: ["last.json"], canResume: canResume
    ) { _, found, kind in
      guard found.contains("kept.json") else { return kind.mayHold(found) ? .remains : nil }
      return found.contains("last.json") ? .output : .begun
    } refusal: { path, contents in
      switch contents {
      case .output: ("\(path) holds pots", "move them")
      case .begun: ("\(path) holds pots that are not done", "go on")
      case .nothing, .remains: nil
      }
    }
  }

  private var place: OutputFolder { OutputFolder(folder("out"), Self.kind()) }

  private func fill(_ names: String...) throws {
    for name in names { try folder.write("x".utf8, to: "out/\(name)") }
  }

  private func refusal(_ existing: ExistingOutput, canResume: Bool = true) -> Failure? {
    do throws(Failure) {
      try OutputFolder(folder("out"), Self.kind(canResume: canResume)).check(existing)
      return nil
    } catch { return error }
  }

  private var names: [String] {
    ((try? FileManager.default.subpathsOfDirectory(atPath: folder("out"))) ?? []).sorted()
  }

  @Test("A missing or empty folder is free, whatever the option")
  func free() throws {
    #expect(try place.contents() == .nothing)
    for existing in [ExistingOutput.refuse, .resume, .overwrite] { #expect(refusal(existing) == nil) }
    #expect(!FileManager.default.fileExists(atPath: folder("out")), "looking makes nothing")
    try place.create()
    #expect(try place.contents() == .nothing)
    for existing in [ExistingOutput.refuse, .resume, .overwrite] { #expect(refusal(existing) == nil) }
  }

  @Test("Complete or begun output is refused unless the user asks to resume or overwrite")
  func taken() throws {
    try fill("kept.json", "parts/a")
    #expect(try place.contents() == .begun)
    #expect(
      refusal(.refuse)
        == Failure(.cannotCreate, "\(folder("out")) holds pots that are not done", remedy: "go on"))
    try fill("last.json", "notes.txt")
    #expect(try place.contents() == .output)
    #expect(refusal(.refuse) == Failure(.cannotCreate, "\(folder("out")) holds pots", remedy: "move them"))
    #expect(refusal(.resume) == nil && refusal(.overwrite) == nil)
    #expect(
      refusal(.resume, canResume: false)
        == Failure(.cannotCreate, "\(folder("out")) holds pots", remedy: "move them"))
    #expect(names == ["kept.json", "last.json", "notes.txt", "parts", "parts/a"])
  }

  @Test("Remains without data do not block a new output")
  func remains() throws {
    try fill("parts/a", "pot_1", "last.json.1x2y3z.tmp")
    #expect(try place.contents() == .remains)
    #expect(refusal(.refuse) == nil)
  }

  @Test(
    "Other contents are refused, even with overwrite",
    arguments: [ExistingOutput.refuse, .resume, .overwrite])
  func foreign(existing: ExistingOutput) throws {
    for name in ["notes.txt", "other.json.1x2y3z.tmp", "last.jsonx"] {
      try fill(name)
      #expect(
        refusal(existing)
          == Failure(
            .cannotCreate,
            "\(folder("out")) holds something other than pots",
            remedy: "give \(.output) the name of a new folder"))
      try FileManager.default.removeItem(atPath: folder("out"))
    }
    try folder.write([], to: "out")
    #expect(
      refusal(existing)
        == Failure(
          .cannotCreate, "\(folder("out")) is a file", remedy: "give \(.output) the name of a folder to make")
    )
  }

  @Test("A dangling link is refused, a link to a folder is followed")
  func links() throws {
    try FileManager.default.createSymbolicLink(atPath: folder("out"), withDestinationPath: folder("there"))
    #expect(refusal(.overwrite)?.kind == .cannotCreate)
    #expect(refusal(.overwrite)?.message.contains("symbolic link to \(folder("there"))") == true)
    #expect(throws: Failure.self) { try OutputFolder.checkFree(folder("out")) }
    try FileManager.default.createDirectory(atPath: folder("there"), withIntermediateDirectories: true)
    #expect(try place.contents() == .nothing)
    try folder.write([], to: "there/notes.txt")
    #expect(refusal(.overwrite)?.kind == .cannotCreate)
  }

  @Test("An unreadable folder is a failure of the class that its kind states")
  func unreadable() throws {
    try fill("kept.json")
    for kind in [Failure.Kind.inputMissing, .cannotCreate] {
      let place = OutputFolder(
        folder("out"),
        OutputFolder.Kind("pots", unreadable: kind) { _, _, _ in
          nil
        } refusal: { _, _ in
          nil
        })
      try withMode(0, of: folder("out")) {
        #expect(throws: Failure(kind, "cannot read the folder \(folder("out")): Permission denied")) {
          try place.contents()
        }
      }
    }
  }

  @Test("In a shared folder only the kind's own names count")
  func shared() throws {
    let kind = OutputFolder.Kind("pots", namesLookedFor: ["kept.json"]) { _, found, _ in
      found == ["kept.json"] ? .output : found.isEmpty ? .nothing : nil
    } refusal: { _, contents in
      contents == .output ? ("taken", "move it") : nil
    }
    let place = OutputFolder(folder("out"), kind)
    #expect(try place.contents() == .nothing)
    try fill("notes.txt")
    #expect(try place.contents() == .nothing)
    try fill("kept.json")
    #expect(try place.contents() == .output)
    #expect(throws: Failure(.cannotCreate, "taken", remedy: "move it")) { try place.check(.refuse) }
  }

  @Test("Clearing removes output, but neither files to keep nor files of the user")
  func clearing() throws {
    try fill(
      "kept.json", "lock", "last.json", "parts/a", "pot_1", "pot_2/b", "last.json.1x2y3z.tmp", "notes.txt",
      "x.tmp")
    try place.clear()
    #expect(names == ["kept.json", "lock", "notes.txt", "x.tmp"])
  }

  @Test("An interrupted removal leaves no folder that looks complete")
  func order() throws {
    try fill("kept.json", "last.json", "parts/a")
    #expect(chmod(folder("out"), 0o777) == 0)
    try withMode(0o555, of: folder("out/parts")) {
      #expect(throws: Failure.self) { try place.clear() }
    }
    #expect(names == ["kept.json", "parts", "parts/a"])
    #expect(try place.contents() == .begun)
  }

  @Test("Temporary files can be removed alone")
  func temporaryFiles() throws {
    try fill("last.json", "last.json.1x2y3z.tmp", "x.tmp", "parts/a", "parts/a.1x2y3z.tmp", "pot_1")
    try place.removeTemporaryFiles()
    #expect(names == ["last.json", "parts", "parts/a", "pot_1", "x.tmp"])
  }

  @Test("One process writes to a folder at a time")
  func lock() throws {
    let lock = try place.lock()
    let error = #expect(throws: Failure.self) { try place.lock() }
    #expect(error?.kind == .cannotCreate)
    withExtendedLifetime(lock) {}
  }

  @Test("A claimed file is written once")
  func claim() throws {
    let path = folder("agreement")
    func claim(_ text: String) throws(Failure) -> Bool {
      try OutputFolder.claim(path) { (path) throws(Failure) in try TextFile.write(text.utf8, to: path) }
    }
    #expect(try claim("first"))
    #expect(try !claim("second"))
    #expect(
      try folder.files(below: ".").mapValues { String(decoding: $0, as: UTF8.self) } == ["agreement": "first"]
    )
  }

  @Test("A path that must be free is refused if it is occupied")
  func mustBeFree() throws {
    try OutputFolder.checkFree(folder("out"))
    try place.create()
    try OutputFolder.checkFree(folder("out"))
    try fill("anything")
    #expect(
      throws: Failure(
        .cannotCreate,
        "there is something in \(folder("out")) already", remedy: "give \(.output) the name of a new folder")
    ) {
      try OutputFolder.checkFree(folder("out"))
    }
  }
}

/// Runs `body` while a folder has other permissions, as a user to whom permissions apply.
private func withMode(_ mode: mode_t, of path: String, _ body: () throws -> Void) throws {
  #expect(chmod(path, mode) == 0)
  // Permissions do not apply to the superuser. The user ID for file access (fsuid) is per thread.
  let isSuperuser = geteuid() == 0
  if isSuperuser { setfsuid(65534) }
  defer {
    if isSuperuser { setfsuid(0) }
    chmod(path, 0o755)
  }
  try body()
}

/// `setfsuid` of Linux, which the module of the C library hides from Swift.
@_silgen_name("setfsuid") @discardableResult
private func setfsuid(_ user: UInt32) -> Int32
