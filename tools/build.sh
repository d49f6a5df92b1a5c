#!/usr/bin/env bash
# Builds a preset of CMakePresets.json with everything it needs: tools/build.sh PRESET [TARGET...]
# Without a target it builds all of the preset. The release's program is build/gatehouse.
# JOBS=N limits the processes (default: one per CPU).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"
cd "$here/.."

# ninja configures again by itself when a file of CMake changed; only a new folder, another AWS-LC
# or other presets need it from here.
is_configured() {
  local cache=build/$1/CMakeCache.txt
  [[ -f build/$1/build.ninja && $cache -nt CMakePresets.json ]] &&
    grep -qFx "GATEHOUSE_AWS_LC:PATH=$GATEHOUSE_AWS_LC" "$cache"
}

configure() {
  local preset=$1 log=build/$1/configure.log
  mkdir -p "build/$preset"
  cmake --preset "$preset" >"$log" 2>&1 || {
    cat "$log" >&2
    fail "CMake cannot configure the preset $preset (its words are above)."
  }
  touch "build/$preset/CMakeCache.txt"
}

main() {
  (($#)) || fail "Usage: tools/build.sh PRESET [TARGET...]"
  local preset=$1
  shift
  tools/setup.sh build
  GATEHOUSE_AWS_LC=$(tools/aws_lc.sh)
  export GATEHOUSE_AWS_LC
  is_configured "$preset" || configure "$preset"
  local quiet=()
  [[ -t 1 ]] || quiet=(--quiet)
  ninja "${quiet[@]}" -C "build/$preset" -j "${JOBS:-$(nproc)}" "$@"
  if [[ $preset == release ]]; then ln -sfn release/gatehouse build/gatehouse; fi
}

main "$@"
