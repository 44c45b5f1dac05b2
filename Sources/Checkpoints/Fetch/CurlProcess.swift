private import Glibc
import Machine
private import Synchronization

/// One run of the system's `curl`, which knows the proxies and certificates of the site.
///
/// It is a process with the environment of this one, in its process group: Ctrl-C ends both. Its own configuration
/// file is not read, as that could change what it writes.
final class CurlProcess: Sendable {
  /// How it ended.
  enum End: Sendable, Hashable {
    case exited(Int32)
    case signal(Int32)
    /// It wrote nothing for so long that it was ended.
    case silence
    /// It could not be started, or read from.
    case failed(String)
  }

  /// The first `curl` in the folders of a search path (`$PATH`), as the shell finds it.
  static func find(in searchPath: String) -> String? {
    searchPath.split(separator: ":").lazy.filter { $0.hasPrefix("/") }.map { "\($0)/curl" }.first {
      Disk.isRegularFile($0) && PathText.withBytes(of: $0) { access($0, X_OK) } == 0
    }
  }

  /// The folders in which this process looks for programs.
  static var searchPath: String {
    guard let variable = getenv("PATH") else { return "/usr/bin:/bin" }
    return PathText.text(UnsafeRawBufferPointer(start: variable, count: strlen(variable)))
  }

  private let path: String
  private let patience: Duration
  private let state = Mutex(State())

  private struct State {
    /// The process, while its number is its own.
    var running: pid_t?
    var isStopped = false
  }

  /// Plans a run of the `curl` at a path, which is ended if it writes nothing for as long as `patience`.
  init(_ path: String, patience: Duration) { (self.path, self.patience) = (path, patience) }

  /// Ends it, wherever it is.
  func stop() {
    state.withLock { state in
      state.isStopped = true
      if let process = state.running { kill(process, SIGKILL) }
    }
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - configuration: What it is to do.
  ///   - take: Takes what it writes, piece by piece, and returns whether more is wanted.
  /// - Returns: How it ended, and the beginning of what it wrote to its standard error.
  func run(
    _ configuration: String, take: (UnsafeRawBufferPointer) -> Bool
  ) -> (end: End, complaint: String) {
    guard let input = Pipe(), let output = Pipe(), let errors = Pipe() else {
      return (.failed(Disk.lastError), "")
    }
    // All of it has to fit into the pipe, which nobody reads yet.
    var text = Array(configuration.utf8)
    guard text.count <= 60_000, write(input.end, &text, text.count) == text.count else {
      return (.failed("the address is too long"), "")
    }
    input.closeEnd()
    guard let process = start(input, output, errors) else { return (.failed(Disk.lastError), "") }
    let isStopped = state.withLock { state in
      state.running = process
      return state.isStopped
    }
    output.closeEnd()
    errors.closeEnd()
    var complaint: [UInt8] = []
    let reading = isStopped ? .refused : read(output, errors, into: &complaint, take)
    let end = wait(for: process, killing: reading != .ended)
    return (reading == .silence ? .silence : end, String(decoding: complaint, as: UTF8.self))
  }

  private enum Reading { case ended, refused, silence }

  /// Reads until both streams end, nothing more is wanted or nothing comes.
  private func read(
    _ output: Pipe, _ errors: Pipe, into complaint: inout [UInt8], _ take: (UnsafeRawBufferPointer) -> Bool
  ) -> Reading {
    let block = HeapBlock(count: 1 << 18)
    var streams = [output, errors].map { pollfd(fd: $0.start, events: Int16(POLLIN), revents: 0) }
    while streams.contains(where: { $0.fd >= 0 }) {
      let ready = poll(&streams, 2, Int32(min(patience / .milliseconds(1), 1e9)))
      if ready == 0 { return .silence }
      for index in 0..<2 where ready > 0 && streams[index].revents != 0 {
        let count = Glibc.read(streams[index].fd, block.bytes.baseAddress, block.bytes.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 {
          streams[index].fd = -1  // that poll passes over
          continue
        }
        let bytes = UnsafeRawBufferPointer(rebasing: block.bytes[..<count])
        if index == 1 { complaint += bytes.prefix(max(0, 4096 - complaint.count)) }
        if index == 0, !take(bytes) { return .refused }
      }
    }
    return .ended
  }

  /// Waits for the end of a process, which comes at once: by itself, or as it is killed.
  private func wait(for process: pid_t, killing: Bool) -> End {
    if killing { stop() }
    for _ in 0..<5000 {
      var status: Int32 = 0
      let ended = state.withLock { state in
        let ended = waitpid(process, &status, WNOHANG)
        // Its number may be another process's from now on.
        if ended != 0 { state.running = nil }
        return ended
      }
      if ended == process { return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signal(status & 0x7F) }
      if ended < 0 { return .failed("the system does not tell how it ended") }
      usleep(1000)
    }
    stop()
    return wait(for: process, killing: true)
  }

  /// Starts the process, without the signals that this one ignores or blocks.
  private func start(_ input: Pipe, _ output: Pipe, _ errors: Pipe) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (number, descriptor) in [input.start, output.end, errors.end].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGPIPE, SIGXFSZ, SIGTERM, SIGINT] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // `--disable`, which has to come first: not the configuration file of the user. `-`: standard input.
    let words = ["curl", "--disable", "--config", "-"]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { arguments.forEach { free($0) } }
    var process = pid_t()
    errno = PathText.withBytes(of: path) {
      posix_spawn(&process, $0, &actions, &attributes, &arguments, environ)
    }
    return errno == 0 ? process : nil
  }
}

/// A pipe, neither of whose ends other processes inherit: a pair of sockets, which is made that way in one step.
private final class Pipe {
  /// What is read from.
  let start: Int32
  /// What is written to.
  private(set) var end: Int32

  init?() {
    var descriptors: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &descriptors) == 0 else { return nil }
    (start, end) = (descriptors[0], descriptors[1])
  }

  deinit {
    close(start)
    closeEnd()
  }

  func closeEnd() {
    if end >= 0 { close(end) }
    end = -1
  }
}
