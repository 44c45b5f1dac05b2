import Foundation
import TestSupport
import Testing

/// Tests of the program's start: arguments and environment from the system.
struct StartTests {
  @Test("the program runs without /proc, and its manifest has the arguments")
  func withoutProc() throws {
    let test = try FaultCase(images: 9)
    // Only root may hide /proc.
    guard try Program.shell("unshare -m mount -t tmpfs none /proc").status == 0 else { return }
    let hidden = "exec unshare -m sh -c 'mount -t tmpfs none /proc; exec \"$0\" \"$@\"' \"$0\""
    let outcome = try Program.shell("\(hidden) dump \(test.words("hidden"))")
    #expect(outcome.status == 0 && outcome.output.contains("9 images"), "\(outcome.errors)")
    #expect(try test.files("hidden") == test.whole)
    let manifest = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: test.folder("hidden/manifest.json"))))
    let arguments = (manifest as? [String: Any])?["arguments"] as? [String]
    #expect(arguments == [Program.path, "dump"] + test.arguments("hidden"))
    for (words, status) in [
      ("check '\(test.folder("hidden"))'", 0), ("check '\(test.folder("none"))'", 66), ("nonsense", 64),
      ("bench --model squeezenet1_1 --weights seeded:1 --seconds 0.1", 0),
      ("dump --dry-run \(test.words("dry"))", 0),
    ] as [(String, Int32)] {
      let outcome = try Program.shell("\(hidden) \(words)")
      #expect(outcome.status == status, "\(words): \(outcome.errors)")
    }
  }

  @Test("the program started without arguments, not even a name, reports an error")
  func withoutArguments() throws {
    var process = pid_t()
    var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
    #expect(posix_spawn(&process, Program.path, nil, nil, &arguments, environ) == 0)
    var status: Int32 = 0
    #expect(waitpid(process, &status, 0) == process)
    #expect(status == 64 << 8)
    let named = try Program.shell("exec \"$0\" --version")
    #expect(named.status == 0)
  }
}
