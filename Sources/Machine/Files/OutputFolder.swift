private import Glibc

/// An output folder of a command: its existing contents, the rules for their replacement, and its removal.
///
/// Files that the program did not create are never removed. Files that mark the folder as complete are
/// removed first, so that an interrupted removal leaves no folder that looks complete.
package struct OutputFolder: Sendable {
  package let path: String
  private let kind: Kind

  /// Describes the folder at a path, which may not exist.
  package init(_ path: String, _ kind: Kind) { (self.path, self.kind) = (path, kind) }

  /// The possible contents of the folder's path.
  package enum Contents: Sendable, Hashable {
    /// Nothing, or an empty folder.
    case nothing
    /// Output of this kind, which is removed only if the user asks for it.
    case output
    /// Incomplete output that another run can continue.
    case begun
    /// Remains of an output without any data worth keeping. They do not prevent a new output.
    case remains
  }

  /// Examines the path without changing it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when the path holds something else, or is a dangling link.
  package func contents() throws(Failure) -> Contents {
    try checkLink()
    if let names = kind.namesLookedFor {
      return kind.recognize(path, names.filter { Disk.isDirectory("\(path)/\($0)") != nil }, kind) ?? .nothing
    }
    guard let isDirectory = Disk.isDirectory(path) else { return .nothing }
    guard isDirectory else {
      throw Failure(
        .cannotCreate, "\(path) is a file", remedy: "give \(.output) the name of a folder to make")
    }
    let found = try names(in: path)
    if found.isEmpty { return .nothing }
    if let contents = kind.recognize(path, found, kind) { return contents }
    throw Failure(
      .cannotCreate, "\(path) holds something other than \(kind.noun)",
      remedy: "give \(.output) the name of a new folder")
  }

  /// Refuses a path that is occupied, without changing it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func check(_ existing: ExistingOutput) throws(Failure) {
    let contents = try contents()
    let isAsked = existing == .overwrite || existing == .resume && kind.canResume
    guard !isAsked, let refusal = kind.refusal(path, contents) else { return }
    throw Failure(.cannotCreate, refusal.problem, remedy: refusal.remedy)
  }

  /// Refuses a dangling link.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func checkLink() throws(Failure) { try FileSystem.checkLink(path) }

  /// Refuses a path that exists and is not an empty folder: for kinds of folder that are not recognized.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`, or `inputMissing` when the path cannot be examined.
  package static func checkFree(_ path: String) throws(Failure) {
    try FileSystem.checkLink(path)
    guard Disk.isDirectory(path) != nil, try !Disk.names(in: path).isEmpty else { return }
    throw Failure(
      .cannotCreate, "there is something in \(path) already",
      remedy: "give \(.output) the name of a new folder")
  }

  /// Creates the folder.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func create() throws(Failure) { try FileSystem.createFolders(path) }

  /// Creates the folder, and keeps other processes from writing to it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func lock() throws(Failure) -> FolderLock {
    try create()
    return try FolderLock(path)
  }

  /// Removes the files of an earlier run, in the order of the kind's names.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func clear() throws(Failure) {
    for name in kind.names where !kind.keeps.contains(name) { try remove(name) }
    try removeTemporaryFiles()
    for name in try names(in: path) where kind.matches(name) { try Disk.remove("\(path)/\(name)") }
  }

  /// Removes the temporary files of a process that was killed before it renamed them.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeTemporaryFiles() throws(Failure) {
    for name in try names(in: path) where kind.isTemporary(name) { try remove(name) }
    for folder in kind.folders where Disk.isDirectory("\(path)/\(folder)") == true {
      for name in try names(in: "\(path)/\(folder)") where name.hasSuffix(Self.temporaryEnding) {
        try remove("\(folder)/\(name)")
      }
    }
  }

  /// Removes a file or a folder, if it exists.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func remove(_ name: String) throws(Failure) {
    let item = "\(path)/\(name)"
    guard Disk.isDirectory(item) != nil else { return }
    try Disk.remove(item)
  }

  /// Creates a file unless it exists. Of several processes that start at the same moment, one creates it.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - write: Writes the file at the path that it is given.
  /// - Returns: Whether this process created the file. On file systems without hard links, several processes
  ///   may, and the last file stays.
  /// - Throws: The error of `write`.
  package static func claim(
    _ path: String, write: (_ path: String) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    if Disk.isDirectory(path) != nil { return false }
    let own = "\(path).\(UInt32.random(in: .min ... .max))\(temporaryEnding)"
    try write(own)
    defer { unlink(own) }
    if link(own, path) == 0 { return true }
    if errno == EEXIST { return false }
    try write(path)
    return true
  }

  fileprivate static let temporaryEnding = ".tmp"

  private func names(in folder: String) throws(Failure) -> [String] {
    do { return try Disk.names(in: folder) } catch { throw error.reclassified(as: kind.unreadable) }
  }
}

extension OutputFolder {
  /// A kind of output folder: how it is recognized, what it may contain, and the errors where it blocks a new
  /// output.
  package struct Kind: Sendable {
    /// The noun phrase for the contents: `a dump`.
    let noun: String
    /// The names in the folder, in the order of their removal.
    let names: [String]
    /// The names that stay when the folder is cleared.
    let keeps: Set<String>
    /// Matches other names that may be in the folder.
    let matches: @Sendable (String) -> Bool
    /// The subfolders whose files are written atomically.
    let folders: [String]
    /// The files that are written atomically. Their temporary names have a suffix that ends in `.tmp`.
    let wholeFiles: [String]
    /// The only names to look for, in a folder that other programs write to as well; `nil` for all names.
    let namesLookedFor: [String]?
    /// The class of failure if the folder cannot be read.
    let unreadable: Failure.Kind
    /// Whether a run can continue an incomplete output. Otherwise ``ExistingOutput/resume`` refuses.
    let canResume: Bool
    /// Recognizes the contents from the folder's path, its names and the kind; returns `nil` for contents of
    /// another kind.
    let recognize: @Sendable (_ path: String, _ names: [String], _ kind: Kind) -> Contents?
    /// The error for contents that block a new output; `nil` for contents that do not.
    let refusal: @Sendable (_ path: String, _ contents: Contents) -> (problem: Sentence, remedy: Sentence)?

    /// Describes a kind.
    package init(
      _ noun: String, names: [String] = [], keeps: Set<String> = [],
      matches: @escaping @Sendable (String) -> Bool = { _ in false },
      folders: [String] = [], wholeFiles: [String] = [], namesLookedFor: [String]? = nil,
      unreadable: Failure.Kind = .inputMissing, canResume: Bool = false,
      recognize: @escaping @Sendable (_ path: String, _ names: [String], _ kind: Kind) -> Contents?,
      refusal:
        @escaping @Sendable (_ path: String, _ contents: Contents) -> (
          problem: Sentence, remedy: Sentence
        )?
    ) {
      (self.noun, self.names, self.keeps, self.matches) = (noun, names, keeps, matches)
      (self.folders, self.wholeFiles, self.namesLookedFor) = (folders, wholeFiles, namesLookedFor)
      (self.unreadable, self.canResume) = (unreadable, canResume)
      (self.recognize, self.refusal) = (recognize, refusal)
    }

    /// Whether a name is that of a temporary file, before its rename: `manifest.json.1x2y3z.tmp`.
    func isTemporary(_ name: String) -> Bool {
      name.hasSuffix(OutputFolder.temporaryEnding) && wholeFiles.contains { name.hasPrefix("\($0).") }
    }

    /// Whether all of the given names may be in a folder of this kind.
    package func mayHold(_ found: [String]) -> Bool {
      found.allSatisfy { names.contains($0) || matches($0) || isTemporary($0) }
    }
  }
}
