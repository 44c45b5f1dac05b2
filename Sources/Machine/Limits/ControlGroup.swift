/// Groups of processes whose processors and memory the system limits.
enum ControlGroup {
  /// A group's directory and those of its ancestors: every one of them limits the process. In a container the path
  /// may lie outside what is mounted; the mount's root is then the group's own.
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
