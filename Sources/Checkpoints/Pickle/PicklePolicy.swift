/// Which imports a pickle may name, and which calls may stand in it without being made.
///
/// Nothing is called in any case, so the policy does not protect this process: it refuses files that were made
/// to harm whoever unpickles them, and says by name what they would have called. Three rules:
///
/// 1. Naming a function that runs programs, code or loads modules (`os.system`, `posix.system`,
///    `builtins.eval`, anything in `subprocess`…) refuses the file, called or not: wrappers such as
///    `functools.partial` or `map` would otherwise hide the call.
/// 2. Instances (`NEWOBJ`, `OBJ`, `INST`) of any other class become placeholders. That is how classes of
///    training code (arguments, schedulers, `dill`'s own types) lie beside weights.
/// 3. Calls (`REDUCE`) are more: only those into the packages listed here, which frameworks write when they
///    pickle their objects, become placeholders. Any other is refused.
enum PicklePolicy {
  /// Modules of which every name is refused.
  private static let forbiddenModules: Set<String> = [
    "_posixsubprocess", "_winapi", "asyncio", "bdb", "code", "codeop", "commands", "concurrent", "ctypes",
    "distutils",
    "ftplib", "http", "idlelib", "imp", "importlib", "joblib", "linecache", "marshal", "mmap",
    "multiprocessing",
    "nt", "ntpath", "os", "pdb", "pickle", "pip", "pkgutil", "platform", "popen2", "posix", "posixpath",
    "profile",
    "pty", "pydoc", "requests", "runpy", "setuptools", "shelve", "shlex", "shutil", "signal", "site",
    "smtplib",
    "socket", "ssl", "subprocess", "sys", "tempfile", "threading", "timeit", "trace", "urllib", "urllib2",
    "venv",
    "webbrowser", "zipimport",
  ]

  /// Single functions that are refused wherever they are named.
  private static let forbiddenNames: Set<String> = [
    "builtins.__import__", "builtins.breakpoint", "builtins.compile", "builtins.delattr", "builtins.eval",
    "builtins.exec", "builtins.execfile", "builtins.exit", "builtins.globals", "builtins.input",
    "builtins.locals",
    "builtins.memoryview", "builtins.open", "builtins.quit", "builtins.vars",
    "numpy.testing._private.utils.runstring", "numpy.load", "numpy.loadtxt", "numpy.fromfile", "torch.load",
    "torch.serialization.load", "torch.hub.load", "torch.jit.load",
    "torch.package.package_importer.PackageImporter",
  ]

  /// Packages whose calls are taken as placeholders.
  private static let inertPackages: Set<String> = [
    "__torch__", "_codecs", "argparse", "collections", "copy_reg", "copyreg", "cox", "datetime", "decimal",
    "dill",
    "enum", "fractions", "lightning", "lightning_fabric", "lightning_utilities", "numpy", "omegaconf",
    "pathlib",
    "pytorch_lightning", "random", "re", "robustness", "timm", "torch", "torchvision", "types", "typing",
    "uuid",
  ]

  /// Built-in constructors and look-ups, harmless by themselves; `dill` sets the attributes of functions by calls.
  private static let inertBuiltins: Set<String> = [
    "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "getattr", "int", "list", "object",
    "range", "set", "setattr", "slice", "str", "tuple", "type",
  ]

  /// Python 2's names for modules that Python 3 renamed.
  static func canonical(_ module: String) -> String {
    switch module {
    case "__builtin__", "__builtins__": "builtins"
    case "copy_reg": "copyreg"
    default: module
    }
  }

  /// Whether a pickle that names this is refused.
  static func isForbidden(_ global: PickleGlobal) -> Bool {
    guard !forbiddenNames.contains(global.description) else { return true }
    return forbiddenModules.contains(root(global.module))
  }

  /// Whether a call of this is taken as a placeholder.
  static func isInert(_ global: PickleGlobal) -> Bool {
    if global.module == "builtins" { return inertBuiltins.contains(global.name) }
    return inertPackages.contains(root(global.module))
  }

  private static func root(_ module: String) -> String {
    String(module.prefix { $0 != "." })
  }
}
