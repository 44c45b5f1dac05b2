/// The names that a pickle may contain, and the calls that it may contain although they are not executed.
///
/// No call is ever executed, so the policy does not protect this process. It refuses files made to harm users
/// of Python's unpickler, and its error names the function that would have been called. Harmless content is
/// accepted: training code stores instances, enumeration members, partial functions and generator states of
/// any package beside the weights.
///
/// 1. A name refuses the file if it can run programs or code, load modules or other pickles, or open files or
/// connections, even when it is not called: wrappers such as `functools.partial` would otherwise hide the
/// call. The same holds for a name that reaches such a module through another one (`torch.serialization`
/// `os.system`), and for an attribute by which Python code escapes from an object (`__globals__`,
/// `__subclasses__`).
/// 2. A call of a built-in function that is not a constructor or a look-up (`map`, `print`) refuses the file.
/// 3. A call of the result of an earlier call refuses the file, except for classes that `dill` and
/// `cloudpickle` write.
/// 4. Every other call, and every instance, becomes a placeholder.
enum PicklePolicy {
  /// Packages in which every name of every module is refused.
  private static let forbiddenPackages: Set<String> = [
    "_posixsubprocess", "_winapi", "asyncio", "concurrent", "ctypes", "distutils", "ftplib", "idlelib", "imp",
    "importlib", "joblib", "marshal", "mmap", "multiprocessing", "nt", "ntpath", "os", "pickle", "pip",
    "pkgutil",
    "popen2", "posix", "posixpath", "pty", "pydoc", "requests", "runpy", "setuptools", "shelve", "shutil",
    "smtplib",
    "subprocess", "sys", "urllib", "urllib2", "venv", "webbrowser", "zipimport", "_pickle", "cPickle", "cffi",
    "pexpect",
    "paramiko", "telnetlib", "pdb", "bdb", "codeop",
  ]

  /// Modules of Python's standard library in which every name is refused. Modules of users with the same name
  /// inside a package (`code.models`) are accepted.
  private static let forbiddenModules: Set<String> = [
    "_thread", "http.client", "http.server", "numpy.distutils.exec_command", "numpy.f2py.crackfortran",
    "signal",
    "socket", "ssl", "tempfile", "threading", "torch._inductor.codecache", "torch.hub",
    "torch.utils._config_module",
    "torch.utils.cpp_extension", "torch.utils.model_zoo", "xmlrpc.client",
  ]

  /// Single functions that are refused in any context.
  private static let forbiddenNames: Set<String> = [
    "builtins.__import__", "builtins.breakpoint", "builtins.compile", "builtins.delattr", "builtins.eval",
    "builtins.exec", "builtins.execfile", "builtins.exit", "builtins.globals", "builtins.help",
    "builtins.input",
    "builtins.locals", "builtins.memoryview", "builtins.open", "builtins.quit", "builtins.raw_input",
    "builtins.reload", "builtins.vars", "io.open", "io.open_code", "_io.open", "_io.FileIO", "io.FileIO",
    "codecs.open", "code.InteractiveConsole", "code.InteractiveInterpreter", "code.interact", "cProfile.run",
    "cProfile.runctx", "numpy.load", "numpy.loadtxt", "numpy.genfromtxt", "numpy.fromfile",
    "pandas.read_pickle",
    "platform._syscmd_file", "profile.Profile", "profile.run", "profile.runctx", "timeit.Timer",
    "timeit.main",
    "timeit.repeat", "timeit.timeit", "torch.load", "torch.serialization.load", "torch.jit.load",
    "torch.package.package_importer.PackageImporter", "trace.Trace",
  ]

  /// Last components of names that run code in any module.
  private static let forbiddenEverywhere: Set<String> = [
    "__import__", "Popen", "check_call", "check_output", "eval", "exec", "exec_command", "execfile",
    "getoutput",
    "getstatusoutput", "import_module", "load_inline", "load_module", "myeval", "popen", "posix_spawn",
    "run_module",
    "run_path", "runcode", "runstring", "spawnl", "spawnv", "startfile", "system",
  ]

  /// Attributes by which Python code escapes from an object.
  private static let forbiddenAttributes: Set<String> = [
    "__builtins__", "__bases__", "__base__", "__code__", "__getattribute__", "__globals__", "__loader__",
    "__mro__",
    "__spec__", "__subclasses__", "f_globals", "gi_frame", "func_globals",
  ]

  /// Classes in forbidden modules that only hold values. Pickled configurations contain their members.
  private static let harmlessNames: Set<String> = [
    "signal.Handlers", "signal.Sigmasks", "signal.Signals", "socket.AddressFamily", "socket.SocketKind",
    "os.PathLike",
    "os.stat_result", "os.terminal_size", "posix.stat_result", "posix.uname_result",
    "distutils.version.LooseVersion",
    "distutils.version.StrictVersion", "urllib.parse.ParseResult", "urllib.parse.SplitResult",
  ]

  /// Built-in constructors and look-ups that are harmless by themselves. `dill` calls them to set attributes
  /// of functions.
  private static let inertBuiltins: Set<String> = [
    "bool", "bytearray", "bytes", "classmethod", "complex", "dict", "enumerate", "float", "frozenset",
    "getattr",
    "int", "iter", "list", "long", "object", "property", "range", "reversed", "set", "setattr", "slice",
    "staticmethod",
    "str", "super", "tuple", "type", "unicode", "xrange", "zip",
  ]

  /// Packages that write classes as calls. The results are then called to make instances.
  private static let classWriters: Set<String> = ["dill", "cloudpickle"]

  /// Returns Python 3's name of a module that Python 2 named differently.
  static func canonical(_ module: String) -> String {
    switch module {
    case "__builtin__", "__builtins__": "builtins"
    case "copy_reg": "copyreg"
    default: module
    }
  }

  /// Returns whether a pickle that contains this name is refused.
  static func isForbidden(_ global: PickleGlobal) -> Bool {
    if harmlessNames.contains(global.description) { return false }
    if forbiddenNames.contains(global.description) || forbiddenModules.contains(global.module) { return true }
    if forbiddenPackages.contains(root(global.module)) { return true }
    // A dotted name is a chain of attributes, and the attributes of a module include the modules that it
    // imports.
    let parts = global.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let last = parts.last else { return false }
    if forbiddenEverywhere.contains(last) || parts.contains(where: forbiddenAttributes.contains) {
      return true
    }
    return parts.dropLast().contains {
      forbiddenPackages.contains($0) || forbiddenModules.contains($0) || $0 == "builtins"
    }
  }

  /// Returns whether a call of this name becomes a placeholder.
  static func isInert(_ global: PickleGlobal) -> Bool {
    guard global.module == "builtins" else { return true }
    return inertBuiltins.contains(global.name)
      || ["Error", "Exception", "Exit", "Interrupt", "Warning"].contains { global.name.hasSuffix($0) }
  }

  /// Returns whether the result of calling this name may be called in turn.
  static func writesClasses(_ global: PickleGlobal) -> Bool { classWriters.contains(root(global.module)) }

  private static func root(_ module: String) -> String {
    String(module.prefix { $0 != "." })
  }
}
