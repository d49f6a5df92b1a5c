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
      grep -vE '^[0-9]+ warnings? generated|^Suppressed|^Use -header-filter' >&2
    )
}

main() {
  local files=("$@")
  tools/setup.sh build test lint
  tools/check_layers.py
  tools/check_scripts.sh
  shellcheck -x tools/*.sh
  ((${#files[@]})) || mapfile -t files < <(find src -name '*.h' -o -name '*.cc' | sort)
  say "clang-format over ${#files[@]} files (mended by: make fmt)"
  clang-format-19 --dry-run -Werror "${files[@]}"
  # clang-tidy reads the commands and the precompiled headers of a build.
  tools/build.sh dev gh_headers gh_test_headers
  say "clang-tidy"
  tidy "${files[@]}" || fail "clang-tidy has findings (above). Mend them; a NOLINT needs its reason beside it."
}

main "$@"
