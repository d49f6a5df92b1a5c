#!/usr/bin/env bash
# Installs what is missing of Debian's packages: tools/setup.sh [build] [test] [lint] [bench]
# As root or through sudo; where neither works it names what is missing and ends with 1.
# When everything is there it does not touch apt at all.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"

# shellcheck disable=SC2034  # read by name, see packages_for
build_packages=(clang-19 lld-19 llvm-19 cmake ninja-build ccache binutils libc6-dev
  libc-ares-dev libfmt-dev libgtest-dev libgmock-dev libprotobuf-dev protobuf-compiler libyaml-cpp-dev
  nlohmann-json3-dev libsqlite3-dev libargon2-dev libnghttp2-dev)
# shellcheck disable=SC2034
test_packages=(libclang-rt-19-dev python3 python3-pytest python3-pytest-timeout
  python3-cryptography python3-grpcio python3-hpack python3-websockets nghttp2-client openssl curl strace procps
  iproute2 nginx-light
  python3-pytest-xdist chromium libnss3-tools default-jre-headless p11-kit p11-kit-modules systemd jq)
# shellcheck disable=SC2034
lint_packages=(clang-format-19 clang-tidy-19 python3 shellcheck)
# shellcheck disable=SC2034
bench_packages=(python3 openssl strace debootstrap)

packages_for() {
  local -n list=$1_packages 2>/dev/null
  printf '%s\n' "${list[@]}"
}

# Of the packages on stdin, those that are not installed. Another package may stand for one: the
# test peer nginx is the same program whichever flavour is installed, and so is the keytool of any Java.
missing_of() {
  local package
  while read -r package; do
    if [[ $package == nginx-light ]] && command -v nginx /usr/sbin/nginx >/dev/null; then continue; fi
    if [[ $package == default-jre-headless ]] && command -v keytool >/dev/null; then continue; fi
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

# Prints what must stand before apt-get so that it may install, or ends with the remedy.
become_root() {
  if ((EUID == 0)); then return; fi
  if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    echo sudo
    return
  fi
  fail "These Debian packages are missing: $*. This account may not install them" \
    "(it is not root, and sudo is absent or would ask for a password)." \
    "Run as root: apt-get install --no-install-recommends $*"
}

# Test peers are daemons too; on this machine they must neither start now nor at the next boot.
forbid_daemons() {
  if [[ -e /usr/sbin/policy-rc.d ]]; then return; fi
  trap 'allow_daemons; remove_temporary' EXIT
  printf '#!/bin/sh\nexit 101\n' | $as_root tee /usr/sbin/policy-rc.d >/dev/null
  $as_root chmod +x /usr/sbin/policy-rc.d
}

allow_daemons() { $as_root rm -f /usr/sbin/policy-rc.d; }

disable_daemons() {
  local package
  command -v systemctl >/dev/null || return 0
  for package in "$@"; do
    if [[ $package == nginx-light ]]; then $as_root systemctl disable --quiet nginx 2>/dev/null || true; fi
  done
}

install() {
  local log
  as_root=$(become_root "$@")
  log=$(temporary_folder)/log
  say "Installing Debian packages: $*"
  forbid_daemons
  {
    $as_root apt-get -q update &&
      $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends "$@"
  } >"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    fail "apt-get could not install $* (the end of its words is above)." \
      "Check the network and the machine's apt sources, then try again."
  }
  disable_daemons "$@"
}

# axe-core, by which a test judges how accessible the trust page is. Without npm that test is skipped.
install_axe() {
  if [[ -e $here/../tests/node_modules/axe-core/axe.min.js ]]; then return; fi
  if ! command -v npm >/dev/null; then return; fi
  npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$here/../tests" >/dev/null 2>&1 ||
    say "npm could not install axe-core; the test of accessibility is skipped."
}

main() {
  local part missing
  (($#)) || set -- build
  for part in "$@"; do
    [[ $part =~ ^(build|test|lint|bench)$ ]] || fail "Usage: tools/setup.sh [build] [test] [lint] [bench]"
  done
  command -v dpkg-query >/dev/null || fail "This is not a Debian (dpkg-query is missing)." \
    "gatehouse builds on Debian 12 and 13; elsewhere install the packages that tools/setup.sh names" \
    "and run cmake --preset release yourself."
  mapfile -t missing < <(for part in "$@"; do packages_for "$part"; done | sort -u | missing_of)
  if ((${#missing[@]})); then install "${missing[@]}"; fi
  for part in "$@"; do
    if [[ $part == test ]]; then install_axe; fi
  done
}

main "$@"
