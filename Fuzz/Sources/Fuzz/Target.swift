import Foundation

@testable import Machine

/// One reader that takes bytes from anywhere.
struct Target: Sendable {
  let name: String
  /// Reads some bytes. An error is as good as a result; a trap, a fault of memory or a broken claim is a finding.
  private let read: @Sendable (ByteRegion) throws -> Void

  init(_ name: String, _ read: @escaping @Sendable (ByteRegion) throws -> Void) {
    (self.name, self.read) = (name, read)
  }

  func run(_ bytes: UnsafeRawBufferPointer) {
    // A copy as long as the input: AddressSanitizer sees every byte read behind its end.
    try? read(ByteRegion(copying: bytes))
  }

  static let all = checkpoints + dumps + inputs + images

  /// What this process fuzzes, set once at its start.
  nonisolated(unsafe) static var chosen = all[0]
}

/// Ends the process with a finding: what is claimed here has to hold for every input.
func claim(_ holds: Bool, _ words: @autoclosure () -> String) {
  if !holds { fatalError(words()) }
}

extension ByteRegion {
  var data: Data { withUnsafeBytes { Data($0) } }
  var array: [UInt8] { withUnsafeBytes { Array($0) } }
  /// The bytes as text, with something in the place of what is not UTF-8.
  var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}
