import Foundation
import Machine

extension Manifest.HostSummary {

  package init(threads: Int, batchSize: Int) {
    (self.threads, self.batchSize) = (threads, batchSize)
    name = machineName
    system = ProcessInfo.processInfo.operatingSystemVersionString
    let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = cpu.split(separator: "\n").first { $0.hasPrefix("model name") }
    processor =
      line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
  }
}
