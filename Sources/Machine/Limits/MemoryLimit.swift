import Foundation

/// A limit on the memory of this process, and its source.
package struct MemoryLimit: Sendable, Hashable {
  /// The limit in bytes.
  package let bytes: Int
  /// The source of the limit, as the subject of a sentence.
  package let source: String
  /// The kind of memory that the limit counts.
  package let measure: Measure

  /// The kinds of memory that limits count.
  package enum Measure: Sendable {
    /// Resident memory.
    case resident
    /// Address space, including address space that is reserved but not used.
    case addresses
    /// Writable address space: heaps and stacks.
    case data
  }

  /// Creates a limit.
  package init(bytes: Int, source: String, measure: Measure = .resident) {
    (self.bytes, self.source, self.measure) = (bytes, source, measure)
  }

  /// The memory this process uses now, of the kind that a limit counts, in bytes; 0 if the system does not
  /// report it.
  package static func used(_ measure: Measure) -> Int {
    let pages = contents("/proc/self/statm").split(separator: " ").compactMap { Int($0) }
    guard pages.count >= 6 else { return 0 }
    let index =
      switch measure {
      case .addresses: 0
      case .resident: 1
      case .data: 5
      }
    return pages[index] * sysconf(Int32(_SC_PAGESIZE))
  }

  /// All limits on the memory of this process.
  package static let all: [MemoryLimit] = {
    var limits = groups(membership: contents("/proc/self/cgroup"), mount: "/sys/fs/cgroup")
    let pages = sysconf(Int32(_SC_PHYS_PAGES)), pageSize = sysconf(Int32(_SC_PAGESIZE))
    if pages > 0, pageSize > 0 { limits.append(MemoryLimit(bytes: pages * pageSize, source: "this machine")) }
    #if canImport(Glibc)
      for (resource, name, measure) in [
        (RLIMIT_AS, "ulimit -v", Measure.addresses), (RLIMIT_DATA, "ulimit -d", .data),
      ] {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
          limit.rlim_cur < UInt(Int.max)
        else { continue }
        limits.append(MemoryLimit(bytes: Int(limit.rlim_cur), source: name, measure: measure))
      }
    #endif
    return limits
  }()

  /// Returns the memory limit of the control groups of a process and of their ancestors.
  ///
  /// - Parameters:
  ///   - membership: The contents of `/proc/self/cgroup`: lines of `hierarchy:controllers:path`.
  ///   - mount: The path where the control group file systems are mounted.
  /// - Returns: The smallest of the limits, or an empty array.
  package static func groups(membership: String, mount: String) -> [MemoryLimit] {
    var files: [String] = []
    for line in membership.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let path = String(fields[2])
      if fields[0] == "0" && fields[1].isEmpty {
        for root in [mount, mount + "/unified"] {
          files += ControlGroup.folders(of: path, below: root).map { $0 + "/memory.max" }
        }
      } else if fields[1].split(separator: ",").contains("memory") {
        files += ControlGroup.folders(of: path, below: mount + "/memory").map {
          $0 + "/memory.limit_in_bytes"
        }
      }
    }
    // "max" (version 2), and the largest number of pages (version 1), mean no limit.
    let bytes = files.compactMap { Int(contents($0)) }.filter { $0 > 0 && $0 < 1 << 60 }.min()
    return bytes.map { [MemoryLimit(bytes: $0, source: "the control group")] } ?? []
  }

  private static func contents(_ path: String) -> String {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").trimmingCharacters(
      in: .whitespacesAndNewlines)
  }
}
