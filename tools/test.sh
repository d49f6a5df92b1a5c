#!/usr/bin/env bash
# Runs every test, stage by stage, and goes on after a failure so that one run shows them all:
#   tools/test.sh               all stages
#   tools/test.sh STAGE...      some of them
#   tools/test.sh --list        their names
# FUZZ_SECONDS=N is the CPU time of each fuzz target (default 5); PYTEST_ARGS goes to pytest.
# The log of each stage is build/test/STAGE.log.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"
cd "$here/.."

stages=(setup house build unit program build-asan unit-asan program-asan fuzz build-tsan unit-tsan)

stage_setup() { tools/setup.sh build test && tools/aws_lc.sh >/dev/null; }

# The layers, and the tests of the tools and of the benchmark's conclusions.
stage_house() {
  tools/check_layers.py && tools/check_scripts.sh &&
    /usr/bin/python3 -m pytest -q -p no:cacheprovider tools bench
}

stage_build() { tools/build.sh release; }
stage_build-asan() { tools/build.sh asan; }
stage_build-tsan() { tools/build.sh tsan unit_tests; }

stage_unit() { unit release; }
stage_unit-asan() { unit asan; }
stage_unit-tsan() { unit tsan; }

stage_program() { program build/gatehouse; }
stage_program-asan() { program build/asan/gatehouse; }

# The same walk each time, so that a change breaks it and not the day; `make fuzz` goes new ways.
stage_fuzz() { FUZZ_SEED=1 FUZZ_PRESET=asan tools/fuzz.sh "${FUZZ_SECONDS:-5}"; }

unit() {
  ctest --test-dir "build/$1" -j "${JOBS:-$(nproc)}" --no-tests=error --output-on-failure --progress
}

program() {
  [[ -x $1 ]] || fail "$1 is not there, so nothing was tested. See the stage that builds it."
  # shellcheck disable=SC2086  # several arguments
  GATEHOUSE=$PWD/$1 GATEHOUSE_AWS_LC=$(tools/aws_lc.sh) \
    /usr/bin/python3 -m pytest tests -q -n "${JOBS:-$(nproc)}" ${PYTEST_ARGS:-}
}

# A stage that hangs is a failure, not a night. Long enough for a cold cache on one slow CPU.
limit_of() { case $1 in build*) echo 2100 ;; setup | program* | fuzz) echo 1500 ;; *) echo 900 ;; esac }

run_stage() {
  local stage=$1 log=build/test/$1.log start=$SECONDS result=passed
  printf '\n=== %s\n' "$stage"
  : >"$log"
  timeout --kill-after=10 "$(limit_of "$stage")" "$0" --stage "$stage" >"$log" 2>&1 &
  running=$!
  tail -n +1 -s 0.2 -f --pid="$running" "$log" | brief || true
  wait "$running" || result=FAILED
  running=""
  results+=("$(printf '%-13s %-7s %4d s  %s' "$stage" "$result" "$((SECONDS - start))" "$(closing_line "$log")")")
  [[ $result == passed ]] || failed+=("$stage")
}

# timeout passes it on to everything that the stage started.
end_stage() {
  if [[ -n $running ]]; then kill "$running"; fi
  exit 130
}

# Without ctest's lines of tests that passed; the log has them.
brief() { grep --line-buffered -avE '^\[[0-9]+/[0-9]+\]|^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed|^ +Start +[0-9]+: '; }

# What the runner itself said at the end.
closing_line() {
  grep -aE '[0-9]+% tests passed|^(=+ )?[0-9]+ (passed|failed|error|skipped).* in [0-9.]+s' "$1" |
    tail -n 1 | sed 's/^=* *//; s/ *=*$//'
}

main() {
  (($#)) || set -- "${stages[@]}"
  local stage known=" ${stages[*]} "
  for stage in "$@"; do
    [[ $known == *" $stage "* ]] || fail "There is no stage $stage. The stages are: ${stages[*]}"
  done
  results=() failed=() running=""
  trap end_stage INT TERM
  mkdir -p build/test
  for stage in "$@"; do run_stage "$stage"; done
  printf '\n=== summary (%d s)\n' "$SECONDS"
  printf '%s\n' "${results[@]}"
  if ((${#failed[@]})); then
    fail "These stages failed: ${failed[*]}. Their logs are build/test/STAGE.log;" \
      "run one again with: tools/test.sh ${failed[0]}"
  fi
}

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-second_deadlock_stack=1}
export ASAN_SYMBOLIZER_PATH=${ASAN_SYMBOLIZER_PATH:-/usr/bin/llvm-symbolizer-19}
export TSAN_SYMBOLIZER_PATH=${TSAN_SYMBOLIZER_PATH:-$ASAN_SYMBOLIZER_PATH}

case ${1:-} in
  --stage) "stage_$2" ;;
  --list) printf '%s\n' "${stages[@]}" ;;
  *) main "$@" ;;
esac
