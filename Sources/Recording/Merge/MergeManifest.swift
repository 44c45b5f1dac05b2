import Dumps
import Foundation
import Machine
import Synchronization

/// The manifest of an unfinished merge. A file whose digest is in the manifest is complete and on the disk.
final class MergeManifest: Sendable {
  private struct State {
    var manifest: Manifest
    var lastWrite: Double
  }
  private let folder: DumpFolder
  private let wording: Sentence.Wording
  private let state: Mutex<State>
  /// The interval between writes of the manifest, in seconds: a killed merge repeats at most this much
  /// copying.
  private static let secondsBetweenWrites = 10.0

  /// Writes the manifest with its present contents.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  init(_ manifest: Manifest, in folder: DumpFolder, wording: Sentence.Wording) throws(Failure) {
    (self.folder, self.wording) = (folder, wording)
    state = Mutex(State(manifest: manifest, lastWrite: Clock.seconds))
    try manifest.write(to: folder.manifest)
  }

  /// Returns whether a file is complete.
  func isDone(_ file: String) -> Bool {
    state.withLock { state in state.manifest.files.contains { $0.file == file && $0.sha256 != nil } }
  }

  /// Records that a file is complete.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func note(_ file: String, digest: String) throws(Failure) {
    let failure: Failure? = state.withLock { state in
      state.manifest.seal(file, digest)
      guard Clock.seconds - state.lastWrite >= Self.secondsBetweenWrites else { return nil }
      state.lastWrite = Clock.seconds
      do throws(Failure) { try state.manifest.write(to: folder.manifest) } catch { return error }
      return nil
    }
    if let failure { throw failure }
  }

  /// Records that the merge was stopped.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func interrupt() throws(Failure) {
    var manifest = state.withLock { $0.manifest }
    manifest.state = .interrupted
    try manifest.write(to: folder.manifest)
  }

  /// Records the error that stopped the merge, if the manifest can still be written.
  func fail(_ error: any Error) {
    var manifest = state.withLock { $0.manifest }
    (manifest.state, manifest.failure) = (.failed, wording.text(of: error))
    try? manifest.write(to: folder.manifest)
  }

  /// Runs the final steps, and records that the merge is complete.
  ///
  /// - Returns: The manifest.
  /// - Throws: The errors of `finish`; ``Failure``, `cannotCreate` or `writeFailed`.
  func close(_ finish: (inout Manifest) throws(Failure) -> Void) throws(Failure) -> Manifest {
    var manifest = state.withLock { $0.manifest }
    do throws(Failure) { try finish(&manifest) } catch {
      fail(error)
      throw error
    }
    (manifest.state, manifest.failure, manifest.ended) = (.complete, nil, Manifest.now)
    try manifest.write(to: folder.manifest)
    return manifest
  }
}
