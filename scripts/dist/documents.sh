#!/usr/bin/env bash
# documents.sh PROGRAM FOLDER: writes the manual page and the shells' completions, from what the program says of itself.
set -euo pipefail

program=$1 folder=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$("$program" --version)

# Help names the kernels of the processor it runs on; a document is for all of them.
neutral() {
  python3 -c '
import re, sys
text, count = re.subn(r"(The kernels\\?: )[a-z0-9, -]+(\. Default)", r"\1scalar, avx2, avx512 or amx, as far as the "
                      r"processor has them\2", sys.stdin.read())
sys.stdout.write(text)
sys.exit(0 if count or sys.argv[1] == "bash" else "documents: where the help speaks of kernels has changed")' "$1"
}

mkdir -p "$folder"
"$program" --experimental-dump-help | neutral man | python3 "$here/man_page.py" "$version" > "$folder/activation-dump.1"
for shell in bash zsh fish; do
  "$program" --generate-completion-script $shell | neutral $shell | sed '1{/^#!/d}' > "$folder/completion.$shell"
done
