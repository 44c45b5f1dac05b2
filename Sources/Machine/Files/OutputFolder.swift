private import Glibc

/// A folder that a command makes: what is in its place, whether that may be replaced, and how it is taken away.
///
/// Nothing that the program did not make is ever removed. What makes a folder whole is removed first, so that a removal that
/// is broken off leaves nothing that looks whole.
package struct OutputFolder: Sendable {
  package let path: String
  private let kind: Kind

  /// The folder at a path, which need not be there.
  package init(_ path: String, _ kind: Kind) { (self.path, self.kind) = (path, kind) }

  /// Things that can be in the place of the folder.
  package enum Contents: Sendable, Hashable {
    /// Nothing, or an empty folder.
    case nothing
    /// Output of the kind: it goes only if that is asked for.
    case output
    /// Output that another run can go on with.
    case begun
    /// The rest of an output in which there is nothing to lose: it is in nobody's way.
    case remains
  }

  /// Looks at the place without touching it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when something of another kind is there, or a link to nothing.
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

  /// Refuses a place that is taken, without touching it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func check(_ existing: ExistingOutput) throws(Failure) {
    let contents = try contents()
    let isAsked = existing == .overwrite || existing == .resume && kind.canResume
    guard !isAsked, let refusal = kind.refusal(path, contents) else { return }
    throw Failure(.cannotCreate, refusal.problem, remedy: refusal.remedy)
  }

  /// Refuses a link to nothing.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func checkLink() throws(Failure) { try Disk.checkLink(path) }

  /// Refuses a place where anything is: for a folder of a kind that is not recognized.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`, or `inputMissing` when it cannot be looked at.
  package static func checkFree(_ path: String) throws(Failure) {
    try Disk.checkLink(path)
    guard Disk.isDirectory(path) != nil, try !Disk.names(in: path).isEmpty else { return }
    throw Failure(
      .cannotCreate, "there is something in \(path) already",
      remedy: "give \(.output) the name of a new folder")
  }

  /// Makes the folder.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func create() throws(Failure) { try Disk.createDirectory(path) }

  /// Makes the folder, and keeps other processes from writing to it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func lock() throws(Failure) -> FolderLock {
    try create()
    return try FolderLock(path)
  }

  /// Empties the folder of what an earlier run left there, in the order of the kind's names.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func clear() throws(Failure) {
    for name in kind.names where !kind.keeps.contains(name) { try remove(name) }
    try removeTemporaryFiles()
    for name in try names(in: path) where kind.matches(name) { try Disk.remove("\(path)/\(name)") }
  }

  /// Removes the files that a process which was killed had not given their names yet.
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

  /// Removes a file or a folder, if it is there.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func remove(_ name: String) throws(Failure) {
    let item = "\(path)/\(name)"
    guard Disk.isDirectory(item) != nil else { return }
    try Disk.remove(item)
  }

  /// Puts a file in its place unless there is one: of processes that begin at the same moment, one does.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - write: Writes the file under the path it is given.
  /// - Returns: Whether this process put it there. Where there are no hard links, more than one may, and the last file stays.
  /// - Throws: What `write` throws.
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
  /// A kind of folder: how it is known again, what may be in it, and what is said where it is in the way.
  package struct Kind: Sendable {
    /// The contents in a sentence: `a dump`.
    let noun: String
    /// The names in the folder, in the order of their removal.
    let names: [String]
    /// The names that stay when the folder is cleared.
    let keeps: Set<String>
    /// Other names that may be in the folder.
    let matches: @Sendable (String) -> Bool
    /// The folders that hold files which are put in place whole.
    let folders: [String]
    /// The files that are put in place whole: before that, their names go on with something and `.tmp`.
    let wholeFiles: [String]
    /// The only names that are looked for, in a folder that others write to as well; else all of its names are.
    let namesLookedFor: [String]?
    /// The class of a failure to look into the folder.
    let unreadable: Failure.Kind
    /// Whether a run can go on where another stopped. Otherwise ``ExistingOutput/resume`` refuses.
    let canResume: Bool
    /// What there is, by a folder's path, the names in it and the kind itself; `nil` for something of another kind.
    let recognize: @Sendable (_ path: String, _ names: [String], _ kind: Kind) -> Contents?
    /// The words that refuse contents which are in the way of a new output; `nil` where these are not.
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

    /// Whether a name is that of a file which has not got its own yet: `manifest.json.1x2y3z.tmp`.
    func isTemporary(_ name: String) -> Bool {
      name.hasSuffix(OutputFolder.temporaryEnding) && wholeFiles.contains { name.hasPrefix("\($0).") }
    }

    /// Whether all of some names may be in a folder of the kind.
    package func mayHold(_ found: [String]) -> Bool {
      found.allSatisfy { names.contains($0) || matches($0) || isTemporary($0) }
    }
  }
}
