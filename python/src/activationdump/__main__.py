"""``python -m activationdump``: the program itself, for where ``activation-dump`` is not on the PATH."""

import os
import sys

from ._errors import ProgramNotFoundError
from ._program import program


def main() -> None:
    """Replaces this process by the program, so that signals and the exit code are its own."""
    try:
        path = program()
    except ProgramNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    os.execv(path, [path, *sys.argv[1:]])


if __name__ == "__main__":
    main()
