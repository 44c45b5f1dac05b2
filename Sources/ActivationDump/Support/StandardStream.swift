import CStartup
import Foundation
import Machine
import Synchronization

/// Standard output or standard error. A write to it may fail: the disk is full, the terminal or the reader is gone, it was
/// closed from the start. That never ends the program; whoever cares asks for ``failure``.
final class StandardStream: Sendable {
  /// Results. After a write that failed nothing more is written: what there is has no holes.
  static let output = StandardStream(STDOUT_FILENO, patience: nil, endsAtFailure: true)
  /// Everything else. What cannot be written is dropped.
  static let errors = StandardStream(STDERR_FILENO, patience: 5000, endsAtFailure: false)

  private let file: Descriptor
  /// For how many milliseconds a stream that does not block is waited for; `nil` for as long as it takes.
  private let patience: Int32?
  private let endsAtFailure: Bool
  private let state = Mutex(State())

  private struct State {
    var failure: Int32?
    /// Whether the last wait was in vain: there is no other before something was written.
    var isStuck = false
  }

  private init(_ descriptor: Int32, patience: Int32?, endsAtFailure: Bool) {
    (file, self.patience, self.endsAtFailure) = (Descriptor(standard: descriptor), patience, endsAtFailure)
  }

  /// Whether the stream was closed when the program was started: what is written goes nowhere.
  var wasClosed: Bool { cs_was_closed(file.number) != 0 }

  /// The system's number of the first error, `nil` if there was none.
  var failure: Int32? { state.withLock { $0.failure } }

  /// Writes text, as far as that is possible; paths in it with the bytes they have.
  func write(_ text: String) { write(Data(PathText.bytes(of: text))) }

  /// Writes bytes, as far as that is possible.
  func write(_ bytes: Data) {
    state.withLock { state in
      if endsAtFailure, state.failure != nil { return }
      let code = bytes.withUnsafeBytes { write($0, &state.isStuck) }
      if code != 0, state.failure == nil { state.failure = code }
    }
  }

  /// Counts as failed from now on, with this error number.
  func fail(_ code: Int32) { state.withLock { $0.failure = $0.failure ?? code } }

  /// Writes all bytes.
  ///
  /// - Returns: 0, or an error number.
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

  /// Waits until something can be written, or a write would say why not.
  ///
  /// - Returns: Whether it can within so many milliseconds.
  private func waitForRoom(_ milliseconds: Int32?) -> Bool {
    var request = pollfd(fd: file.number, events: Int16(POLLOUT), revents: 0)
    while true {
      let count = poll(&request, 1, milliseconds ?? -1)
      if count < 0 && errno == EINTR { continue }
      return count > 0
    }
  }
}
