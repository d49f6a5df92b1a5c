#!/usr/bin/env bash
# Prints the prefix of a static AWS-LC (include/, lib/) and builds it first if this user's cache has
# none. Its source comes from the folder AWSLC_SOURCE if that is set, else from Debian's binary
# package librust-aws-lc-sys-dev (suite sid), which carries it whole and signed.
#
#   tools/aws_lc.sh             the prefix on stdout, everything else on stderr
#   GATEHOUSE_REFRESH=1         looks for a newer package even if a prefix exists
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"

suite=sid
package=librust-aws-lc-sys-dev
flags=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTING=OFF
  -DBUILD_TOOL=OFF -DDISABLE_GO=ON -DDISABLE_PERL=ON -DCMAKE_INSTALL_LIBDIR=lib
  # The kernel's getrandom seeds every thread; the CPU's jitter would cost each of them 80 ms at its
  # first random byte (docs/decisions).
  -DDISABLE_CPU_JITTER_ENTROPY=ON)

# Names the recipe: another flag or another machine type is another prefix.
recipe() {
  printf '%s\n' "${flags[@]}" "$(uname -m)" | sha256sum | cut -c1-8
}

is_complete() { [[ -f $1/lib/libssl.a && -f $1/lib/libcrypto.a && -f $1/include/openssl/ssl.h ]]; }

newest_prefix() {
  local prefix newest=""
  [[ -d $(cache_folder) ]] || return 0
  for prefix in $(find "$(cache_folder)" -maxdepth 1 -name "aws-lc-*-$(recipe)" | sort -V); do
    if is_complete "$prefix"; then newest=$prefix; fi
  done
  echo "$newest"
}

# The folder of AWS-LC's own CMakeLists.txt below $1.
source_below() {
  find "$1" -path '*/include/openssl/base.h' -printf '%h\n' | head -n 1 | sed 's,/include/openssl$,,'
}

version_of() {
  sed -n 's/.*define AWSLC_VERSION_NUMBER_STRING "\(.*\)".*/\1/p' "$1/include/openssl/base.h"
}

build() {
  local source=$1 prefix=$2 work log
  need_command clang-19 "it compiles AWS-LC" "Run tools/setup.sh."
  need_command ninja "it builds AWS-LC" "Run tools/setup.sh."
  work=$(temporary_folder)
  log=$work/log
  say "Building AWS-LC $(version_of "$source") once for this user, about 100 seconds of CPU"
  {
    cmake -S "$source" -B "$work/build" -G Ninja "${flags[@]}" -DCMAKE_INSTALL_PREFIX="$prefix.$$" &&
      cmake --build "$work/build" && cmake --install "$work/build"
  } >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    rm -rf "$prefix.$$"
    fail "AWS-LC does not build from $source (the end of its log is above)." \
      "Set AWSLC_SOURCE to the folder of another release and try again."
  }
  # Renamed when complete, so that a broken build is never taken for a prefix.
  if is_complete "$prefix"; then rm -rf "$prefix.$$"; else rm -rf "$prefix" && mv -T "$prefix.$$" "$prefix"; fi
}

main() {
  local prefix source version
  if [[ -z ${AWSLC_SOURCE:-} && -z ${GATEHOUSE_REFRESH:-} ]]; then
    prefix=$(newest_prefix)
    if [[ -n $prefix ]]; then
      echo "$prefix"
      return
    fi
  fi
  source=${AWSLC_SOURCE:-}
  if [[ -z $source ]]; then
    source=$(temporary_folder)
    "$here/suite_package.sh" "$suite" "$package" "$source" >&2
  fi
  source=$(source_below "$source")
  version=$([[ -n $source ]] && version_of "$source") ||
    fail "${AWSLC_SOURCE:-$package} holds no AWS-LC source: include/openssl/base.h is not in it." \
      "Set AWSLC_SOURCE to the top folder of a release."
  prefix=$(cache_folder)/aws-lc-$version-$(recipe)
  is_complete "$prefix" || build "$source" "$prefix"
  echo "$prefix"
}

main "$@"
