import Foundation
import Machine
import TestSupport
import Testing

@Suite("File descriptors")
struct DescriptorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("bytes are read back at their offset, and a read at the end returns 0")
  func offsets() throws {
    let file = try Descriptor(folder("a"), .updateOrCreate)
    try [1, 2, 3, 4].withUnsafeBytes { try file.writeAll($0, at: 3) }
    #expect(try file.bytes(at: 0, count: 4) == [0, 0, 0, 1])
    let integers = try file.bytes(at: 3, count: 100)
    #expect(integers.count == 4 * MemoryLayout<Int>.size)
    #expect(try file.bytes(at: 1000, count: 8).isEmpty)
    try file.resize(to: 2)
    #expect(try file.bytes(at: 0, count: 8) == [0, 0])
    #expect(try file.status().st_size == 2)
  }

  @Test("each mode handles existing and missing files as documented")
  func modes() throws {
    func size(_ name: String) throws -> Int { try Int(Descriptor(folder(name), .read).status().st_size) }
    func code(_ name: String, _ mode: Descriptor.Mode) -> Int32? {
      do throws(SystemError) { _ = try Descriptor(folder(name), mode) } catch { return error.code }
      return nil
    }
    for mode in [Descriptor.Mode.read, .readWithoutWaiting, .readFolder, .write, .update] {
      #expect(code("none", mode) == ENOENT, "\(mode)")
    }
    _ = try folder.write([1, 2, 3], to: "three")
    for mode in [Descriptor.Mode.read, .write, .update, .updateOrCreate] {
      #expect(code("three", mode) == nil, "\(mode)")
      #expect(try size("three") == 3)
    }
    #expect(code("three", .createNew) == EEXIST && code("three", .readFolder) == ENOTDIR)
    #expect(code("three", .replace) == nil)
    #expect(try size("three") == 0)
    #expect(code("new", .createNew) == nil && code("", .readFolder) == nil)
    #expect(SystemError(code: ENOENT).description == "No such file or directory")
  }

  @Test("a path may contain any bytes, and ends before a NUL")
  func anyBytes() throws {
    let name: [UInt8] = [0x61, 0xFF, 0xFE, 0x2F - 1]
    let path = Array(folder.path.utf8) + [0x2F] + name
    _ = try Descriptor(path, .createNew)
    #expect(try Disk.entries(of: folder.path).map(\.name) == [name])
    #expect(try Descriptor(PathText.text(path), .read).status().st_size == 0)
    #expect(try Descriptor(path + [0, 0x78], .read).status().st_size == 0)
  }

  @Test("a descriptor is closed with its last reference, and is not inherited by other programs")
  func closing() throws {
    var numbers: Set<Int32> = []
    for _ in 0..<2000 { numbers.insert(try Descriptor("/dev/null", .read).number) }
    #expect(numbers.count < 100)
    let file = try Descriptor("/dev/null", .read)
    #expect(fcntl(file.number, F_GETFD) & FD_CLOEXEC != 0)
    for _ in 0..<2 { _ = Descriptor(standard: STDERR_FILENO) }
    #expect(fcntl(STDERR_FILENO, F_GETFD) >= 0)
  }

  @Test("a system call that a signal interrupts is repeated")
  func interruptions() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (from, into) = (ends[0], ends[1])
    defer { close(from) }
    // A handler with SA_RESTART would make the system itself repeat the call.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    try #require(sigaction(SIGURG, &action, nil) == 0)
    let reader = pthread_self()
    let writer = try #require(
      SystemThread {
        for _ in 0..<20 {
          Thread.sleep(forTimeInterval: 0.005)
          pthread_kill(reader, SIGURG)
        }
        _ = [UInt8(7)].withUnsafeBytes { write(into, $0.baseAddress, 1) }
        close(into)
      })
    defer { writer.join() }
    let file = try Descriptor("/proc/self/fd/\(from)", .read)
    var byte = [UInt8](repeating: 0, count: 4)
    #expect(try byte.withUnsafeMutableBytes { try file.read(into: $0) } == 1)
    #expect(byte[0] == 7)
  }
}
