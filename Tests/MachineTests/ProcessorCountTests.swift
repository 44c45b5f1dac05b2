import Machine
import TestSupport
import Testing

struct ProcessorCountTests {
  @Test("the mask is capped by the quota, rounded up, and never below one")
  func capping() {
    #expect(ProcessorCount.count(affinity: 8, quota: nil) == 8)
    #expect(ProcessorCount.count(affinity: 8, quota: 1.5) == 2)
    #expect(ProcessorCount.count(affinity: 2, quota: 64) == 2)
    #expect(ProcessorCount.count(affinity: 4, quota: 0.1) == 1)
    #expect(ProcessorCount.count(affinity: 0, quota: nil) == 1)
    #expect(ProcessorCount.available >= 1)
  }

  @Test("a Slurm job uses its allocation, even without processor binding")
  func slurm() {
    #expect(ProcessorCount.count(affinity: 64, quota: nil, allocation: 4) == 4)
    #expect(ProcessorCount.count(affinity: 2, quota: nil, allocation: 4) == 2)
    #expect(ProcessorCount.count(affinity: 64, quota: 3, allocation: 4) == 3)
    let job = ["SLURM_JOB_ID": "7", "SLURM_CPUS_ON_NODE": "16"]
    #expect(ProcessorCount.slurmAllocation(job) == 16)
    #expect(ProcessorCount.slurmAllocation(job.merging(["SLURM_CPUS_PER_TASK": "4"]) { $1 }) == 4)
    #expect(ProcessorCount.slurmAllocation(job.merging(["SLURM_CPUS_PER_TASK": "x"]) { $1 }) == 16)
    #expect(ProcessorCount.slurmAllocation(["SLURM_CPUS_PER_TASK": "4"]) == nil)
  }

  @Test(
    "the affinity mask is read from the process's status",
    arguments: [("0", 1), ("0-3", 4), ("0-1,4,6-7", 5), ("128-255", 128)])
  func affinity(list: String, count: Int) {
    #expect(
      ProcessorCount.affinityCount(status: "Name:\tx\nCpus_allowed_list:\t\(list)\nMems_allowed:\t1\n")
        == count)
  }

  @Test(
    "a status without a readable mask gives no count",
    arguments: ["", "Cpus_allowed_list:\t\n", "Cpus_allowed_list:\t3-x\n"])
  func noAffinity(status: String) { #expect(ProcessorCount.affinityCount(status: status) == nil) }

  @Test("version 2: the smallest quota of a group and its ancestors counts")
  func unified() throws {
    let folder = try TemporaryFolder()
    try folder.write("max 100000\n".utf8, to: "a/b/cpu.max")
    try folder.write("250000 100000\n".utf8, to: "a/cpu.max")
    try folder.write("900000 100000\n".utf8, to: "cpu.max")
    #expect(ProcessorCount.quota(membership: "0::/a/b\n", mount: folder.path) == 2.5)
    #expect(ProcessorCount.quota(membership: "0::/elsewhere\n", mount: folder.path) == 9)
  }

  @Test("version 1: quota over period, in the hierarchy that has the cpu controller")
  func legacy() throws {
    let folder = try TemporaryFolder()
    try folder.write("150000\n".utf8, to: "cpu,cpuacct/job/cpu.cfs_quota_us")
    try folder.write("100000\n".utf8, to: "cpu,cpuacct/job/cpu.cfs_period_us")
    try folder.write("-1\n".utf8, to: "cpu,cpuacct/cpu.cfs_quota_us")
    try folder.write("100000\n".utf8, to: "cpu,cpuacct/cpu.cfs_period_us")
    let membership = "4:memory:/other\n2:cpu,cpuacct:/job\n0::/\n"
    #expect(ProcessorCount.quota(membership: membership, mount: folder.path) == 1.5)
  }

  @Test("no files, no limit")
  func none() throws {
    let folder = try TemporaryFolder()
    #expect(ProcessorCount.quota(membership: "1:cpu:/\n0::/\n", mount: folder.path) == nil)
  }
}
