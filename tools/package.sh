#!/usr/bin/env bash
# Makes the Debian package for Debian 12 and 13 and prints its path: tools/package.sh [PROGRAM]
# Without PROGRAM it builds one. PACKAGE_VERSION=V replaces the version of CMakeLists.txt, OUT=FOLDER
# the folder build/package. The same sources make the same bytes (SOURCE_DATE_EPOCH, by default the
# time of the last commit).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"
cd "$here/.."

# What every Debian 12 and 13 has; everything else is linked statically.
allowed_libraries=' libc.so.6 libm.so.6 libgcc_s.so.1 libstdc++.so.6 ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 '
newest_glibc=2.36
newest_glibcxx=3.4.30

needed_libraries() { objdump -p "$1" | awk '$1 == "NEEDED" { print $2 }'; }

# The highest version of $2 (GLIBC, GLIBCXX) that the program $1 asks for.
highest_version() {
  { objdump -T "$1" | grep -oE "\b$2_[0-9.]+" || true; } | cut -d_ -f2 | sort -V | tail -n 1
}

is_newer() { [[ $1 != "$2" && $(printf '%s\n' "$1" "$2" | sort -V | tail -n 1) == "$1" ]]; }

check_libraries() {
  local program=$1 library
  while read -r library; do
    [[ $allowed_libraries == *" $library "* ]] ||
      fail "$program needs $library, which Debian 12 and 13 do not both have." \
        "Link it statically (cmake/rooms.cmake), or package a program of the preset \"package\"."
  done < <(needed_libraries "$program")
  check_version "$program" GLIBC "$newest_glibc"
  check_version "$program" GLIBCXX "$newest_glibcxx"
}

check_version() {
  local found
  found=$(highest_version "$1" "$2")
  if is_newer "${found:-0}" "$3"; then
    fail "$1 needs $2_$found; Debian 12 has $3. Build the package on Debian 12."
  fi
}

own_version() { sed -n 's/^project(gatehouse VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt; }

# Everything that the program says about itself comes from its own table of commands.
stage_generated() {
  local program=$1 root=$2
  "$program" man | gzip -9n >"$root/usr/share/man/man1/gatehouse.1.gz"
  "$program" completion bash >"$root/usr/share/bash-completion/completions/gatehouse"
  "$program" completion zsh >"$root/usr/share/zsh/vendor-completions/_gatehouse"
  "$program" completion fish >"$root/usr/share/fish/vendor_completions.d/gatehouse.fish"
}

stage() {
  local program=$1 root=$2 doc=$2/usr/share/doc/gatehouse
  install -d "$root/etc/gatehouse/conf.d" "$root/usr/share/man/man1" "$doc/examples" \
    "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/vendor-completions" \
    "$root/usr/share/fish/vendor_completions.d"
  install -Dm755 "$program" "$root/usr/bin/gatehouse"
  objcopy --strip-unneeded "$root/usr/bin/gatehouse"
  install -Dm644 packaging/gatehouse.service "$root/usr/lib/systemd/system/gatehouse.service"
  install -Dm644 -t "$root/usr/lib/systemd/system" packaging/gatehouse-copies.path \
    packaging/gatehouse-copies.service
  install -Dm644 packaging/gatehouse.socket "$doc/examples/gatehouse.socket"
  install -Dm644 packaging/sysusers.conf "$root/usr/lib/sysusers.d/gatehouse.conf"
  install -Dm644 packaging/gatehouse.yaml "$root/etc/gatehouse/gatehouse.yaml"
  install -Dm644 packaging/debian/copyright "$doc/copyright"
  gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
  stage_generated "$program" "$root"
}

stage_control() {
  local root=$1 version=$2 script
  install -d "$root/DEBIAN"
  sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$(dpkg --print-architecture)/" \
    -e "s/@SIZE@/$(du -sk --apparent-size "$root" | cut -f1)/" \
    -e "s/@GLIBC@/$(highest_version "$root/usr/bin/gatehouse" GLIBC)/" \
    packaging/debian/control >"$root/DEBIAN/control"
  for script in postinst prerm postrm; do
    install -m755 "packaging/debian/$script" "$root/DEBIAN/$script"
  done
  echo /etc/gatehouse/gatehouse.yaml >"$root/DEBIAN/conffiles"
  (cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | LC_ALL=C sort |
    xargs -d '\n' md5sum >DEBIAN/md5sums)
}

build_program() {
  tools/build.sh package gatehouse >&2
  echo build/package/gatehouse
}

main() {
  (($# <= 1)) || fail "Usage: tools/package.sh [PROGRAM]"
  need_command dpkg-deb "it makes the package" "Run this on Debian."
  need_command objdump "it shows what the program needs" "Install binutils."
  local program version root out package
  program=${1:-$(build_program)}
  [[ -x $program ]] || fail "There is no program $program."
  version=${PACKAGE_VERSION:-$(own_version)}
  [[ $version =~ ^[0-9][0-9A-Za-z.+~-]*$ ]] || fail "$version is no version of a Debian package."
  check_libraries "$program"
  root=$(temporary_folder)/root
  out=${OUT:-build/package}
  package=$out/gatehouse_${version}_$(dpkg --print-architecture).deb
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
  umask 022
  mkdir -p "$out"
  stage "$program" "$root"
  stage_control "$root" "$version"
  find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >&2
  echo "$package"
}

main "$@"
