private import Glibc

/// Locks that end with the process, however it ends.
package enum FileLock {
  /// What became of the wish to lock a file.
  package enum Outcome: Sendable, Equatable {
    /// No other process has it until the file is closed.
    case locked
    /// Another process has it.
    case taken
    /// The file system has no locks, for a reason in the system's words.
    case unavailable(String)
  }

  /// Locks an open file, without waiting.
  ///
  /// - Parameter file: It has to be open for writing.
  /// - Returns: Whether it is locked now.
  package static func lock(_ file: Descriptor) -> Outcome {
    var code = repeated { flock(file.number, LOCK_EX | LOCK_NB) }
    if code == 0 { return .locked }
    if code == EWOULDBLOCK { return .taken }
    let reason = String(cString: strerror(code))
    // Some file systems know only the other kind of lock. It belongs to the open file as well.
    #if os(Linux)
      code = repeated {
        var whole = flock()
        whole.l_type = Int16(F_WRLCK)
        return fcntl(file.number, setOpenFileLock, &whole)
      }
      if code == 0 { return .locked }
      if code == EAGAIN || code == EACCES { return .taken }
    #endif
    return .unavailable(reason)
  }

  /// `F_OFD_SETLK` of Linux, which the C library's headers hide from Swift.
  private static let setOpenFileLock: Int32 = 37

  /// Makes a call again as long as a signal interrupts it.
  ///
  /// - Returns: 0, or the error's number.
  private static func repeated(_ call: () -> Int32) -> Int32 {
    while call() != 0 {
      if errno != EINTR { return errno }
    }
    return 0
  }
}
