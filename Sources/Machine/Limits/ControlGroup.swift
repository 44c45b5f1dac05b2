/// The control groups (cgroups) of Linux, which limit processors and memory.
enum ControlGroup {
  /// Returns the directories of a group and of its ancestors. Every one of them limits the process. In a
  /// container the path may lie outside the mounted file system; the group is then the root of the mount.
  static func folders(of path: String, below mount: String) -> [String] {
    var components = path.split(separator: "/").map(String.init)
    var directories: [String] = []
    while !components.isEmpty {
      directories.append(mount + "/" + components.joined(separator: "/"))
      components.removeLast()
    }
    return directories + [mount]
  }
}
