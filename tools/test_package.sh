#!/usr/bin/env bash
# Installs, upgrades and removes the package in clean Debian roots: tools/test_package.sh [SUITE...]
# (bookworm and trixie), as root. PROGRAM=FILE packages that program instead of building one. The
# roots are made once and kept in the user's cache; ROOTS=FOLDER has other ones. Each test gets a
# copy with a network of its own.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"
cd "$here/.."

packages=(curl ca-certificates systemd iproute2 procps)

# A copy of the suite's root, which is made first if it is missing.
copy_of_root() {
  local suite=$1 roots=${ROOTS:-$(cache_folder)/roots} copy
  bench/setup_chroot.sh "$roots/$suite" "$suite" "${packages[@]}" >&2
  copy=$(temporary_folder)
  cp -a --one-file-system "$roots/$suite" "$copy/root"
  echo "$copy/root"
}

prepare() {
  local root=$1
  rm -f "$root/usr/sbin/policy-rc.d"
  install -Dm755 tools/package_test/systemctl "$root/usr/local/bin/systemctl"
  install -Dm755 tools/package_test/journey.sh "$root/root/journey.sh"
  # dpkg has a PATH of its own, in which the stand-in has to come first, too.
  echo 'DPkg::Path "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";' >"$root/etc/apt/apt.conf.d/99stand-in"
  install -Dm755 tools/package_test/sudo "$root/usr/local/bin/sudo"
  mkdir -p "$root/root/page" "$root/root/sources/build/package"
  tools/package_test/page_blocks.py "$root/root/page"
  cp "$old" "$root/root/sources/build/package/"
  cp "$new" "$root/root/"
}

# shellcheck disable=SC2016  # the inner shell's variables
enter='mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/run" &&
  mkdir -p "$1/run/systemd/system" && ip link set lo up &&
  exec chroot "$1" /usr/bin/env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    bash /root/journey.sh "/root/$2"'

test_suite() {
  local suite=$1 root
  say "The package on Debian $suite"
  root=$(copy_of_root "$suite")
  prepare "$root"
  # What runs in there ends with its first process.
  unshare --mount --net --pid --fork --kill-child \
    bash -c "$enter" enter "$root" "$(basename "$new")" ||
    fail "The package does not hold on Debian $suite what it promises (see above)."
}

main() {
  (($#)) || set -- bookworm trixie
  ((EUID == 0)) || fail "The roots are made and entered by root only. Run this as root."
  local version program suite packaged
  version=$(sed -n 's/^project(gatehouse VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
  program=${PROGRAM:-}
  if [[ -z $program ]]; then
    tools/build.sh package gatehouse
    program=build/package/gatehouse
  fi
  packaged=$(temporary_folder)
  old=$(OUT=$packaged PACKAGE_VERSION=$version~1 tools/package.sh "$program")
  new=$(OUT=$packaged PACKAGE_VERSION=$version~2 tools/package.sh "$program")
  for suite in "$@"; do test_suite "$suite"; done
}

main "$@"
