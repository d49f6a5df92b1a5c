#!/usr/bin/env bash
# Make (or reuse) a private Debian chroot that holds the peers and the load generator's compiler.
# usage: setup_chroot.sh CHROOT SUITE PACKAGE...          needs root and debootstrap
# The mirror is the one of this machine's own apt. Repeating the call only adds what is missing.
set -euo pipefail

chroot_dir=$1 suite=$2
shift 2
packages=("$@")
default_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

say() { echo "bench: $*" >&2; }
give_up() { say "$*"; exit 1; }

check_machine() {
  [ "$(id -u)" = 0 ] ||
    give_up "the peers live in a chroot, and only root can make and enter one."
  [ -e /etc/debian_version ] ||
    give_up "this machine is not Debian: the peers come from Debian's package archive."
  command -v debootstrap >/dev/null ||
    { apt-get update -q && apt-get install -y -q debootstrap; } >&2 ||
    give_up "debootstrap is missing and could not be installed: 'apt-get install debootstrap'."
}

# The first Debian archive in apt's sources that is not the one for security updates.
find_mirror() {
  local found
  found=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 2>/dev/null |
    awk '$1 == "Debian" && $2 !~ /security/ {print $2; exit}')
  case $found in
    mirror+file:*) awk '/^[a-z]+:/ {print $1; exit}' "${found#mirror+file:}" ;;  # a list of mirrors
    *) echo "$found" ;;
  esac
}

# A release that is newer than this machine's debootstrap gets the script of the newest one.
bootstrap() {
  local mirror script=/usr/share/debootstrap/scripts/$suite
  mirror=${MIRROR:-$(find_mirror)}
  [ -n "$mirror" ] || { apt-get update -q >&2 && mirror=$(find_mirror); }  # apt has no lists yet
  [ -n "$mirror" ] || give_up "apt knows no Debian archive here: set MIRROR to the address of one."
  [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
  rm -rf --one-file-system "$chroot_dir"
  mkdir -p "$(dirname "$chroot_dir")"
  say "making a chroot with Debian $suite in $chroot_dir"
  debootstrap --variant=minbase --keyring="${KEYRING:-$default_keyring}" \
    "$suite" "$chroot_dir" "$mirror" "$script" >&2 ||
    give_up "debootstrap failed. If it did not know a signing key: install a newer" \
      "debian-archive-keyring, or set KEYRING."
  touch "$chroot_dir/.bootstrapped"
}

prepare_apt() {
  # No service may start inside the chroot.
  printf '#!/bin/sh\nexit 101\n' > "$chroot_dir/usr/sbin/policy-rc.d"
  chmod +x "$chroot_dir/usr/sbin/policy-rc.d"
  mkdir -p "$chroot_dir/etc/apt/apt.conf.d"
  # This machine's way to its mirror (a proxy, a timeout) is the way of the chroot, too.
  { apt-config dump || true; } | { grep -E '^Acquire::(http|https|ForceIPv4|Retries)' || true; } \
    > "$chroot_dir/etc/apt/apt.conf.d/99machine"
  # A frozen mirror carries an expired Release file; signatures are checked all the same.
  echo 'Acquire::Check-Valid-Until "false";' > "$chroot_dir/etc/apt/apt.conf.d/98frozen"
  [ ! -e /etc/resolv.conf ] || cp /etc/resolv.conf "$chroot_dir/etc/resolv.conf"
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    chroot "$chroot_dir" dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null |
      grep -q '^install ok installed' || echo "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing in the chroot: ${missing[*]}"
  prepare_apt
  chroot "$chroot_dir" apt-get update -q >&2
  DEBIAN_FRONTEND=noninteractive chroot "$chroot_dir" \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >&2 ||
    give_up "installing ${missing[*]} in $chroot_dir failed; apt's own message is above."
}

check_machine
# What is mounted here is gone when this script ends.
[ "${BENCH_SETUP_NAMESPACE:-}" = own ] ||
  BENCH_SETUP_NAMESPACE=own exec unshare --mount "$0" "$chroot_dir" "$suite" "${packages[@]}"
[ -e "$chroot_dir/.bootstrapped" ] || bootstrap
mount -t proc proc "$chroot_dir/proc" ||
  give_up "/proc could not be mounted in $chroot_dir: is this an unprivileged container?"
install_packages
