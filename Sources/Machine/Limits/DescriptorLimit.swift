import Foundation

/// The limit on the open files of this process.
package enum DescriptorLimit {
  /// Raises the limit as far as the system allows, and returns whether `count` more files can be open at
  /// once.
  package static func allows(_ count: Int) -> Bool {
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    guard getrlimit(resource, &limit) == 0 else { return false }
    let needed = rlim_t(count + 128)
    if limit.rlim_cur < needed {
      limit.rlim_cur = min(needed, limit.rlim_max)
      guard setrlimit(resource, &limit) == 0 else { return false }
    }
    return limit.rlim_cur >= needed
  }
}
