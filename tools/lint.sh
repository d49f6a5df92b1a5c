#!/usr/bin/env bash
# Holds the sources to the house's rules: layers, scripts, formatting, clang-tidy.
#   tools/lint.sh              every source
#   tools/lint.sh FILE...      these ones
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"
cd "$here/.."

tidy() {
  printf '%s\n' "$@" | grep '\.cc$' |
    xargs -r -P "${JOBS:-$(nproc)}" -n 4 clang-tidy-19 -p build/dev --quiet --warnings-as-errors='*' 2> >(
      grep -vE '^[0-9]+ warnings? generated|^Suppressed|^Use -header-filter|^\[[0-9]+/[0-9]+\] Processing' >&2
    )
}

# Runs a check and remembers that it failed, so that one run shows all findings.
hold() {
  local sentence=$1
  shift
  "$@" || failed+=("$sentence")
}

main() {
  local files=("$@")
  failed=()
  tools/setup.sh build test lint
  ((${#files[@]})) || mapfile -t files < <(find src -name '*.h' -o -name '*.cc' | sort)
  hold "The layers are broken." tools/check_layers.py
  hold "A script does not parse." tools/check_scripts.sh
  hold "shellcheck has findings." shellcheck -x tools/*.sh
  say "clang-format over ${#files[@]} files"
  hold "The formatting differs; mend it with: make fmt." clang-format-19 --dry-run -Werror "${files[@]}"
  # clang-tidy reads the commands, the precompiled headers and the generated messages of a build.
  tools/build.sh dev gh_headers gh_test_headers gatehouse_messages
  say "clang-tidy"
  hold "clang-tidy has findings; mend them, a NOLINT needs its reason beside it." tidy "${files[@]}"
  ((${#failed[@]} == 0)) || fail "${failed[*]}"
}

main "$@"
