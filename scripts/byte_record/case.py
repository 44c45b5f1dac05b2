"""One case: commands in a folder of their own, and the lines that a record keeps of them."""
import hashlib
import os
import resource
import subprocess

from . import normal

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# The texts that say when or where something was done; other files are recorded as they are.
TEXTS = (".json", ".html", "/lock")


class Program:
    """The program, run where nothing of the user's reaches it."""

    def __init__(self, path, folder):
        self.path = path
        self.folders = [(path, "PROGRAM"), (folder, "WORK"), (REPOSITORY, "REPOSITORY")]
        self.environment = {
            "PATH": os.environ.get("PATH", ""), "HOME": folder, "LC_ALL": "C.UTF-8",
            "ACTIVATION_DUMP_WEIGHTS": os.path.join(folder, "weights"),
        }
        for name in ("LD_LIBRARY_PATH", "LD_PRELOAD"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def run(self, arguments, folder, environment=None, file_limit=None):
        def limit():
            if file_limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
        return subprocess.run(
            [self.path, *arguments], cwd=folder, env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=limit if file_limit else None)

    def output(self, *arguments):
        """What a command prints that has to succeed."""
        result = self.run(arguments, "/")
        if result.returncode != 0:
            raise SystemExit(f"record_bytes: {arguments}: {result.stderr.decode(errors='replace')}")
        return result.stdout.decode()


class Case:
    def __init__(self, name, program, folder, inputs):
        self.name, self.program, self.folder, self.inputs = name, program, folder, inputs
        self.lines, self.problems = [], []
        self.commands = 0
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def keep(self, what, value):
        value = str(value).strip().replace("\t", " ").replace("\n", " | ")
        self.lines.append(f"{self.name}\t{what}\t{value}")

    def run(self, *arguments, ends=0, environment=None, file_limit=None, prints=True):
        """Runs a command and keeps its exit code, what it printed, and, where it failed, the sentence.

        `prints` is false where what a command prints is all measurement.
        """
        arguments = [str(argument) for argument in arguments]
        result = self.program.run(arguments, self.folder, environment, file_limit)
        output, errors = (self.normal(stream) for stream in (result.stdout, result.stderr))
        self.commands += 1
        label = f"{self.commands:02} {' '.join(arguments[:2])}"
        self.keep(f"{label}: exit code", result.returncode)
        if prints:
            self.keep(f"{label}: output", digest(output.encode()))
        self.keep(f"{label}: errors", errors if len(errors) < 1200 else digest(errors.encode()))
        if result.returncode != ends:
            self.problems.append(f"{self.name}: exit code {result.returncode} where {ends} was expected of "
                                 f"{' '.join(arguments)}: {errors.strip()[:300]}")
        return output

    def normal(self, stream):
        return normal.text(stream.decode(errors="surrogateescape"), self.program.folders).encode(
            errors="surrogateescape").decode(errors="replace")

    def files(self, *names):
        """Keeps the digest of every file in folders below the case's, or of single files."""
        for name in names:
            for path, content in sorted(self.contents(name).items()):
                self.keep(path, content)

    def contents(self, name):
        found = {}
        top = self.path(name)
        if os.path.isfile(top):
            return {name: self.file_digest(top)}
        for folder, folders, files in os.walk(top):
            folders.sort()
            for file in files:
                path = os.path.join(folder, file)
                found[os.path.relpath(path, self.folder)] = self.file_digest(path)
        if not found:
            self.problems.append(f"{self.name}: there are no files in {name}")
        return found

    def file_digest(self, path):
        with open(path, "rb") as file:
            content = file.read()
        return digest(self.normal(content).encode() if path.endswith(TEXTS) else content)

    def same(self, one, other, but=("manifest.json",)):
        """Notes whether two folders hold the same files, byte for byte, but for those that say how they were made."""
        a, b = ({os.path.relpath(path, name): value for path, value in self.contents(name).items()} for name in (one, other))
        differing = sorted(path for path in a.keys() | b.keys() if path not in but and a.get(path) != b.get(path))
        self.keep(f"{one} = {other}", "no: " + ", ".join(differing[:3]) if differing else "yes")
        if differing:
            self.problems.append(f"{self.name}: {one} and {other} differ in {', '.join(differing[:3])}")


def digest(content):
    return hashlib.sha256(content).hexdigest()
