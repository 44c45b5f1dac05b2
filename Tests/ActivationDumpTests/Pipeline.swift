import Foundation
import TestSupport

/// The real program with a pipe as one of its streams.
enum Pipeline {
  /// The behaviour of the pipe's reader.
  enum Reader {
    /// The reader has closed standard output before the program starts.
    case nothing
    /// The reader's pipe, as standard output, is full and non-blocking. The reader reads everything after a
    /// while.
    case late
    /// The reader's pipe, as standard error, is full and non-blocking, and is never read.
    case never
  }

  /// Runs the program.
  ///
  /// - Returns: Its exit code, and its standard output and standard error, except for the stream that is the
  ///   pipe.
  static func run(_ arguments: [String], reading reader: Reader) throws -> Program.Outcome {
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    for name in ["out", "err"] { try folder.write([], to: name) }
    process.standardOutput = FileHandle(forWritingAtPath: folder("out"))
    process.standardError = FileHandle(forWritingAtPath: folder("err"))
    let pipe = Pipe()
    let (input, output) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
    let filling = reader == .nothing ? 0 : try fill(output.fileDescriptor)
    if reader == .never { process.standardError = output } else { process.standardOutput = output }
    if reader == .nothing { try input.close() }
    try process.run()
    try output.close()
    var read = Data()
    if reader == .late {
      usleep(300_000)
      read = try input.readToEnd() ?? Data()
    }
    process.waitUntilExit()
    if reader == .never { try input.close() }
    return Program.Outcome(
      status: process.terminationStatus,
      output: reader == .late
        ? String(decoding: read.dropFirst(filling), as: UTF8.self)
        : try String(contentsOfFile: folder("out"), encoding: .utf8),
      errors: try String(contentsOfFile: folder("err"), encoding: .utf8))
  }

  /// Fills a pipe, and makes it non-blocking for every process that has it open.
  ///
  /// - Returns: The number of bytes in the pipe.
  private static func fill(_ descriptor: Int32) throws -> Int {
    guard fcntl(descriptor, F_SETFL, O_WRONLY | O_NONBLOCK) == 0 else { throw POSIXError(.EIO) }
    let page = [UInt8](repeating: 46, count: 4096)
    var count = 0
    while true {
      let step = write(descriptor, page, page.count)
      guard step > 0 else { return count }
      count += step
    }
  }
}
