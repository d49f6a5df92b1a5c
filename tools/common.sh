# shellcheck shell=bash
# What the scripts of this folder share. Sourced, never run.

say() { printf '==> %s\n' "$*" >&2; }

# Ends the script with a sentence that says what went wrong, why, and what to do.
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# need_command NAME WHY WHAT_TO_DO
need_command() {
  command -v "$1" >/dev/null || fail "The command $1 is missing; $2. $3"
}

cache_folder() { echo "${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse"; }

# A folder that is gone when the script ends, however it ends. Not for subshells: a folder made in
# $(...) is registered by its file, which the parent's trap reads.
temporary_folder() {
  local folder
  folder=$(mktemp -d)
  echo "$folder" >>"$temporary_list"
  echo "$folder"
}

temporary_list=$(mktemp)
remove_temporary() {
  local folder
  while read -r folder; do rm -rf "$folder"; done <"$temporary_list"
  rm -f "$temporary_list"
}
trap remove_temporary EXIT
