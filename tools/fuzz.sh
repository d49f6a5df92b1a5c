#!/usr/bin/env bash
# Runs fuzz targets for some seconds of CPU each, as many at once as there are CPUs:
#   tools/fuzz.sh SECONDS [TARGET...]
# Inputs start from fuzz/corpus/TARGET. New ones stay in build/fuzz/found/TARGET for the next run,
# an input that breaks the target in build/fuzz/broken/; both are out of the repository.
# FUZZ_SEED=N walks the same way each time from the same inputs; 0, the default, another each time.
# FUZZ_PRESET=asan takes the targets of the build that the unit tests have: every known input and its
# neighbours, without seeing which of them lead to new code.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"
cd "$here/.."
preset=${FUZZ_PRESET:-fuzz}

# Runs one libFuzzer process for at most $2 seconds of wall time; prints its CPU seconds.
fuzz_once() {
  local target=$1 seconds=$2 log=$3 options=()
  [[ ! -f fuzz/corpus/$target.dict ]] || options=("-dict=fuzz/corpus/$target.dict")
  # Without that sight, libFuzzer would drop all inputs but one.
  [[ $preset == fuzz ]] || options+=(-keep_seed=1)
  TIMEFORMAT='%U %S'
  { time "build/$preset/$target" "${options[@]}" -max_total_time="$seconds" -timeout=10 \
    -seed="${FUZZ_SEED:-0}" \
    -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
    -artifact_prefix="build/$preset/broken/$target-" \
    "build/$preset/found/$target" "fuzz/corpus/$target" >"$log" 2>&1; } 2>&1 |
    awk '{ print int($1 + $2 + 0.5) }'
}

# On a busy machine a second of wall time is less than one of CPU, so it goes on until the sum is there.
fuzz_target() {
  local seconds=$1 target=$2 log=build/$preset/$2.log spent=0 used
  [[ -d fuzz/corpus/$target ]] ||
    fail "fuzz/corpus/$target is missing; a fuzz target has a corpus of valid and of broken inputs."
  mkdir -p "build/$preset/found/$target" "build/$preset/broken"
  while ((spent < seconds)); do
    used=$(fuzz_once "$target" "$((seconds - spent))" "$log") || {
      tail -n 40 "$log" >&2
      fail "$target breaks; the input is in build/$preset/broken/. Mend the parser, add the input to" \
        "fuzz/corpus/$target, and run: build/$preset/$target INPUT"
    }
    spent=$((spent + (used > 0 ? used : 1)))
  done
  printf '%-28s %5d s CPU, %s\n' "$target" "$spent" \
    "$(grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [^ ]+' "$log" | tail -n 1)"
}

main() {
  [[ ${1:-} =~ ^[0-9]+$ ]] || fail "Usage: tools/fuzz.sh SECONDS [TARGET...]"
  local seconds=$1
  shift
  tools/setup.sh build test
  tools/build.sh "$preset" fuzzers
  if (($# == 0)); then mapfile -t targets < <(grep . "build/$preset/fuzzers.txt"); else targets=("$@"); fi
  ((${#targets[@]})) || fail "There is no fuzz target: no room has a *_fuzz.cc."
  say "Fuzzing ${#targets[@]} targets, $seconds s of CPU each"
  printf '%s\n' "${targets[@]}" | xargs -P "${JOBS:-$(nproc)}" -I {} "$0" --one "$seconds" {} ||
    fail "At least one fuzz target broke (see above)."
}

if [[ ${1:-} == --one ]]; then fuzz_target "$2" "$3"; else main "$@"; fi
