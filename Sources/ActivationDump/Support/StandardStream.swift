import CStartup
import Foundation
import Machine
import Synchronization

/// Standard output or standard error. A write may fail: the disk is full, the terminal or the reader is gone,
/// or the stream was closed from the start. A failed write never ends the program; callers can check
/// ``failure``.
final class StandardStream: Sendable {
  /// The stream of results. After a failed write nothing more is written, so that the output has no gaps.
  static let output = StandardStream(STDOUT_FILENO, patience: nil, endsAtFailure: true)
  /// The stream of everything else. Text that cannot be written is dropped.
  static let errors = StandardStream(STDERR_FILENO, patience: 5000, endsAtFailure: false)

  private let file: Descriptor
  /// The maximum time to wait for a non-blocking stream, in milliseconds; `nil` for no limit.
  private let patience: Int32?
  private let endsAtFailure: Bool
  private let state = Mutex(State())

  private struct State {
    var failure: Int32?
    /// Whether the last wait timed out. The next wait happens only after a successful write.
    var isStuck = false
  }

  private init(_ descriptor: Int32, patience: Int32?, endsAtFailure: Bool) {
    (file, self.patience, self.endsAtFailure) = (Descriptor(standard: descriptor), patience, endsAtFailure)
  }

  /// Whether the stream was closed when the program was started. Text written to it is lost.
  var wasClosed: Bool { cs_was_closed(file.number) != 0 }

  /// The errno of the first failed write; `nil` if none has failed.
  var failure: Int32? { state.withLock { $0.failure } }

  /// Writes as much of the text as possible; paths in it are written with their original bytes.
  func write(_ text: String) { write(Data(PathText.bytes(of: text))) }

  /// Writes as many of the bytes as possible.
  func write(_ bytes: Data) {
    state.withLock { state in
      if endsAtFailure, state.failure != nil { return }
      let code = bytes.withUnsafeBytes { write($0, &state.isStuck) }
      if code != 0, state.failure == nil { state.failure = code }
    }
  }

  /// Marks the stream as failed, with this errno.
  func fail(_ code: Int32) { state.withLock { $0.failure = $0.failure ?? code } }

  /// Writes all bytes.
  ///
  /// - Returns: 0, or an errno.
  private func write(_ bytes: UnsafeRawBufferPointer, _ isStuck: inout Bool) -> Int32 {
    var rest = bytes
    while !rest.isEmpty {
      let code: Int32
      do {
        let count = try file.write(rest)
        if count > 0 {
          isStuck = false
          rest = UnsafeRawBufferPointer(rebasing: rest[count...])
          continue
        }
        code = EIO
      } catch { code = error.code }
      guard code == EAGAIN || code == EWOULDBLOCK else { return code }
      guard waitForRoom(isStuck ? 0 : patience) else {
        isStuck = true
        return code
      }
    }
    return 0
  }

  /// Waits until the stream can be written to, or until a write would report an error.
  ///
  /// - Returns: Whether the stream is ready within the given number of milliseconds.
  private func waitForRoom(_ milliseconds: Int32?) -> Bool {
    var request = pollfd(fd: file.number, events: Int16(POLLOUT), revents: 0)
    while true {
      let count = poll(&request, 1, milliseconds ?? -1)
      if count < 0 && errno == EINTR { continue }
      return count > 0
    }
  }
}
