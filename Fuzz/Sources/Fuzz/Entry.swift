import Foundation

/// libFuzzer's `main` calls this first. `FUZZ_TARGET` says what to fuzz; the arguments are libFuzzer's.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutableRawPointer
) -> Int32 {
  let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
  if name == "list-targets" {
    print(Target.all.map(\.name).joined(separator: "\n"))
    exit(0)
  }
  guard let target = Target.all.first(where: { $0.name == name }) else {
    print("FUZZ_TARGET has to be one of: \(Target.all.map(\.name).joined(separator: " "))")
    exit(64)
  }
  Target.chosen = target
  return 0
}

/// libFuzzer calls this with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  Target.chosen.run(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
