import Foundation

/// The number of threads that can run at once.
package enum ProcessorCount {
  /// The number of threads this process may run at once: its affinity mask, capped by the CPU quota of its
  /// control group and by its Slurm allocation.
  ///
  /// The number of processors of the machine is wrong in a container or a batch job. There, a process with
  /// more threads than the quota allows is throttled: all its threads stop for the rest of every scheduling
  /// period. Not every cluster binds a job to its processors; without binding, only the job's environment
  /// states its number of processors.
  package static let available: Int = {
    let affinity =
      affinityCount(status: contents("/proc/self/status")) ?? ProcessInfo.processInfo.activeProcessorCount
    let membership = contents("/proc/self/cgroup")
    return count(
      affinity: affinity, quota: quota(membership: membership, mount: "/sys/fs/cgroup"),
      allocation: slurmAllocation(ProcessInfo.processInfo.environment))
  }()

  /// Returns the number of processors in the affinity mask, at most the quota and the allocation, and at
  /// least 1. The quota is rounded up: two threads use 1.5 processors better than one thread.
  package static func count(affinity: Int, quota: Double?, allocation: Int? = nil) -> Int {
    var count = min(affinity, allocation ?? affinity)
    if let quota, quota > 0 { count = min(count, Int(min(quota.rounded(.up), Double(Int32.max)))) }
    return max(count, 1)
  }

  /// The processors that Slurm allocated to the task of this process. If the job did not request processors
  /// per task, the processors of the job on this node; `nil` outside of jobs.
  package static func slurmAllocation(_ environment: [String: String]) -> Int? {
    guard environment["SLURM_JOB_ID"] != nil else { return nil }
    for name in ["SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"] {
      if let count = environment[name].flatMap({ Int($0) }), count > 0 { return count }
    }
    return nil
  }

  /// The CPU quota of a process's control groups, in processors; `nil` if there is no limit.
  ///
  /// - Parameters:
  ///   - membership: The contents of `/proc/self/cgroup`: lines of `hierarchy:controllers:path`.
  ///   - mount: The path where the control group file systems are mounted.
  /// - Returns: The smallest quota of the groups and their ancestors.
  package static func quota(membership: String, mount: String) -> Double? {
    var limits: [Double] = []
    for line in membership.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let path = String(fields[2])
      if fields[0] == "0" && fields[1].isEmpty {
        limits += ControlGroup.folders(of: path, below: mount).compactMap(unifiedLimit)
        limits += ControlGroup.folders(of: path, below: mount + "/unified").compactMap(unifiedLimit)
      } else if fields[1].split(separator: ",").contains("cpu") {
        for hierarchy in Set(["cpu", String(fields[1])]) {
          limits += ControlGroup.folders(of: path, below: "\(mount)/\(hierarchy)").compactMap(legacyLimit)
        }
      }
    }
    return limits.min()
  }

  /// The quota in version 2: `cpu.max` holds `quota period`, or `max period`, in microseconds.
  private static func unifiedLimit(_ directory: String) -> Double? {
    let fields = contents(directory + "/cpu.max").split(separator: " ")
    guard fields.count == 2, let quota = Double(fields[0]), let period = Double(fields[1]), period > 0 else {
      return nil
    }
    return quota / period
  }

  /// The quota in version 1, where −1 means no limit.
  private static func legacyLimit(_ directory: String) -> Double? {
    guard let quota = Double(contents(directory + "/cpu.cfs_quota_us")), quota > 0,
      let period = Double(contents(directory + "/cpu.cfs_period_us")), period > 0
    else { return nil }
    return quota / period
  }

  private static func contents(_ path: String) -> String {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").trimmingCharacters(
      in: .whitespacesAndNewlines)
  }

  /// The number of processors in the affinity mask, from the contents of `/proc/self/status`:
  /// `Cpus_allowed_list: 0-3,8`.
  package static func affinityCount(status: String) -> Int? {
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    guard let list = line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) else {
      return nil
    }
    var count = 0
    for range in list.split(separator: ",") {
      let ends = range.split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, (0...last).contains(first) else {
        return nil
      }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }
}
