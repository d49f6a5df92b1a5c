#!/usr/bin/env bash
# Reads every script of the house without running it: the syntax of shell and Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Scripts with the suffix $1 or with a first line that names $2.
scripts() {
  local file
  find tools tests bench packaging examples -type f -not -path '*/__pycache__/*' 2>/dev/null |
    while read -r file; do
      if [[ $file == *.$1 ]] || head -n 1 "$file" | grep -qaE "^#!.*\b$2"; then echo "$file"; fi
    done
}

status=0
while read -r file; do bash -n "$file" || status=1; done < <(scripts sh bash)
mapfile -t python < <(scripts py python)
/usr/bin/python3 - "${python[@]}" <<'END' || status=1
import sys

status = 0
for name in sys.argv[1:]:
    try:
        with open(name, encoding="utf-8") as file:
            compile(file.read(), name, "exec")
    except (SyntaxError, UnicodeDecodeError) as error:
        print(f"{name}: {error}")
        status = 1
sys.exit(status)
END
exit "$status"
