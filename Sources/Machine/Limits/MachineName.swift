import Foundation

/// The name of this machine.
package var machineName: String {
  var machine = utsname()
  uname(&machine)
  return withUnsafeBytes(of: machine.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
