private import Glibc

/// File locks that the system releases when the process ends, even after a crash.
package enum FileLock {
  /// The result of an attempt to lock a file.
  package enum Outcome: Sendable, Equatable {
    /// The file is locked by this process until it is closed.
    case locked
    /// The file is locked by another process.
    case taken
    /// The file system has no locks, for the given reason in the system's words.
    case unavailable(String)
  }

  /// Locks an open file, without waiting.
  ///
  /// - Parameter file: A file that is open for writing.
  /// - Returns: The result of the attempt.
  package static func lock(_ file: Descriptor) -> Outcome {
    var code = repeated { flock(file.number, LOCK_EX | LOCK_NB) }
    if code == 0 { return .locked }
    if code == EWOULDBLOCK { return .taken }
    let reason = String(cString: strerror(code))
    // Some file systems support only the other kind of lock. It belongs to the open file description, too.
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

  /// `F_OFD_SETLK` of Linux, which the headers of the C library hide from Swift.
  private static let setOpenFileLock: Int32 = 37

  /// Repeats a system call as long as a signal interrupts it.
  ///
  /// - Returns: 0, or the `errno` of the call.
  private static func repeated(_ call: () -> Int32) -> Int32 {
    while call() != 0 {
      if errno != EINTR { return errno }
    }
    return 0
  }
}
