#!/usr/bin/env bash
# Fetches a binary package of another Debian suite and prints the path of the .deb, which stays in
# the user's cache. The system's apt state is untouched: the sources are the machine's own with the
# suite replaced, everything else is private, and the machine's keyring checks the signatures.
#
#   tools/suite_package.sh SUITE PACKAGE             prints the newest cached .deb, or fetches it
#   tools/suite_package.sh SUITE PACKAGE FOLDER      and unpacks it into FOLDER
#   GATEHOUSE_REFRESH=1                              asks the archive even if one is cached
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"

# The machine's deb822 stanzas of its own release, with the suite replaced by $1.
rewrite_deb822() {
  local suite=$1
  shift
  awk -v suite="$suite" -v own="$(own_suites)" '
    function flush_stanza() {
      if (stanza != "" && is_deb && is_main && is_own && enabled) printf "%s\n", stanza
      stanza = ""; is_deb = is_main = is_own = 0; enabled = 1
    }
    function has(list, word,   i, n, w) {
      n = split(list, w, /[ \t]+/)
      for (i = 1; i <= n; i++) if (w[i] == word) return 1
      return 0
    }
    BEGIN { n_own = split(own, owns, " "); enabled = 1 }
    FNR == 1 { flush_stanza() }
    /^[ \t]*$/ { flush_stanza(); next }
    /^#/ { next }
    {
      line = $0
      key = tolower(line); sub(/:.*/, "", key)
      value = line; sub(/^[^:]*:[ \t]*/, "", value)
      if (line ~ /^[ \t]/) { key = "" }
      if (key == "types") { is_deb = has(value, "deb"); line = "Types: deb" }
      if (key == "components") { is_main = has(value, "main"); line = "Components: main" }
      if (key == "enabled" && tolower(value) ~ /^(no|false|0)/) enabled = 0
      if (key == "suites") {
        for (i = 1; i <= n_own; i++) if (has(value, owns[i])) is_own = 1
        line = "Suites: " suite
      }
      stanza = stanza line "\n"
    }
    END { flush_stanza() }' "$@"
}

# The same for one-line sources: "deb [options] URI suite component...".
rewrite_one_line() {
  local suite=$1
  shift
  awk -v suite="$suite" -v own="$(own_suites)" '
    BEGIN { n_own = split(own, owns, " ") }
    $1 != "deb" { next }
    {
      options = ""
      rest = $0; sub(/^deb[ \t]+/, "", rest)
      if (rest ~ /^\[/) { options = rest; sub(/\].*/, "] ", options); sub(/^\[[^]]*\][ \t]*/, "", rest) }
      n = split(rest, word, /[ \t]+/)
      is_own = is_main = 0
      for (i = 1; i <= n_own; i++) if (word[2] == owns[i]) is_own = 1
      for (i = 3; i <= n; i++) if (word[i] == "main") is_main = 1
      if (is_own && is_main) print "deb " options word[1] " " suite " main"
    }' "$@"
}

# The names under which a source may call the release of this machine.
own_suites() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  echo "$codename stable oldstable testing unstable sid"
}

write_sources() {
  local suite=$1 parts=$2 deb822 one_line
  mapfile -t deb822 < <(find /etc/apt/sources.list.d -maxdepth 1 -name '*.sources' 2>/dev/null | sort)
  mapfile -t one_line < <(find /etc/apt/sources.list /etc/apt/sources.list.d -maxdepth 1 -name '*.list' 2>/dev/null | sort)
  if ((${#deb822[@]})); then rewrite_deb822 "$suite" "${deb822[@]}" >"$parts/machine.sources"; fi
  if ((${#one_line[@]})); then rewrite_one_line "$suite" "${one_line[@]}" >"$parts/machine.list"; fi
  find "$parts" -type f -size 0 -delete
  [[ -n $(ls -A "$parts") ]] || fail "No apt source of this machine names its own release with the" \
    "component main, so there is nothing to derive the suite $suite from." \
    "Add the Debian archive to /etc/apt/sources.list.d, or hand the source in (see tools/aws_lc.sh)."
}

# Runs apt-get in the private folder $1.
private_apt() {
  local folder=$1
  shift
  (cd "$folder/out" && apt-get -q=1 \
    -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$folder/sources" \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Dir::State="$folder/state" -o Dir::State::lists="$folder/lists" \
    -o Dir::State::status=/dev/null -o Dir::Cache="$folder/cache" \
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=2 "$@")
}

fetch() {
  local suite=$1 package=$2 into=$3 folder
  need_command apt-get "it fetches $package" "This machine is not a Debian; hand the source in."
  folder=$(temporary_folder)
  mkdir -p "$folder"/{sources,state,lists/partial,cache/archives/partial,out} "$into"
  write_sources "$suite" "$folder/sources"
  say "Fetching $package of the suite $suite"
  private_apt "$folder" update >"$folder/log" 2>&1 || true
  if grep -qE 'NO_PUBKEY|not signed|EXPKEYSIG|Missing key' "$folder/log"; then
    cat "$folder/log" >&2
    fail "The keyring of this machine does not verify the suite $suite, so nothing of it is used." \
      "Update the package debian-archive-keyring, or hand the source in (see tools/aws_lc.sh)."
  fi
  if ! private_apt "$folder" download "$package" >>"$folder/log" 2>&1; then
    cat "$folder/log" >&2
    fail "apt could not fetch $package of the suite $suite (its words are above)." \
      "Check the network and the machine's apt sources, then try again."
  fi
  mv "$folder"/out/*.deb "$into/"
}

newest_cached() {
  [[ -d $1 ]] || return 0
  find "$1" -maxdepth 1 -name "$2_*.deb" | sort -V | tail -n 1
}

main() {
  (($# == 2 || $# == 3)) || fail "Usage: tools/suite_package.sh SUITE PACKAGE [FOLDER]"
  local suite=$1 package=$2 cache deb
  cache=$(cache_folder)/packages/$suite
  deb=$(newest_cached "$cache" "$package")
  if [[ -z $deb || -n ${GATEHOUSE_REFRESH:-} ]]; then
    fetch "$suite" "$package" "$cache"
    deb=$(newest_cached "$cache" "$package")
  fi
  if (($# == 3)); then dpkg-deb -x "$deb" "$3"; fi
  echo "$deb"
}

main "$@"
