"""The Debian package: what is in it, and that the same sources make the same bytes. The program in
it is a small one that answers as gatehouse does; tools/test_package.sh installs the real one."""

import functools
import os
import subprocess

import pytest

from support import binary
from support.wait import seconds

STAND_IN = r"""
#include <stdio.h>
#include <string.h>
int main(int count, char** words) {
  if (count < 2) return 2;
  if (strcmp(words[1], "man") == 0) puts(".TH gatehouse 1");
  else if (strcmp(words[1], "completion") == 0) printf("# completion of %s\n", words[2]);
  else return 2;
  return 0;
}
"""


@functools.cache
def compiler():
    for name in ("clang-19", "cc", "gcc"):
        if subprocess.run(["which", name], capture_output=True, check=False).returncode == 0:
            return name
    pytest.skip("there is no C compiler here")
    return None


def stand_in(folder, text=STAND_IN, *options):
    (folder / "stand_in.c").write_text(text)
    subprocess.run([compiler(), "-o", folder / "stand_in", folder / "stand_in.c", *options],
                   check=True)
    return folder / "stand_in"


def package(program, out, **variables):
    return subprocess.run(
        [binary.ROOT / "tools" / "package.sh", program], capture_output=True, text=True,
        check=False, timeout=seconds(60),
        env={**os.environ, "OUT": str(out), "SOURCE_DATE_EPOCH": "1700000000", **variables})


def field(deb, name):
    return subprocess.run(["dpkg-deb", "-f", deb, name], capture_output=True, text=True,
                          check=True).stdout.strip()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    done = package(stand_in(folder), folder / "out", PACKAGE_VERSION="0.1.0-1")
    assert done.returncode == 0, done.stderr
    deb = done.stdout.strip()
    assert deb.endswith(".deb") and "gatehouse_0.1.0-1_" in deb
    subprocess.run(["dpkg-deb", "-R", deb, folder / "root"], check=True)
    return deb, folder / "root"


def test_A15_the_package_has_what_a_machine_needs(made):
    _, root = made
    names = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert names >= {
        "usr/bin/gatehouse", "usr/lib/systemd/system/gatehouse.service",
        "usr/lib/systemd/system/gatehouse-copies.path",
        "usr/lib/systemd/system/gatehouse-copies.service",
        "usr/lib/sysusers.d/gatehouse.conf", "etc/gatehouse/gatehouse.yaml",
        "usr/share/man/man1/gatehouse.1.gz", "usr/share/doc/gatehouse/copyright",
        "usr/share/doc/gatehouse/changelog.gz", "usr/share/bash-completion/completions/gatehouse",
        "usr/share/zsh/vendor-completions/_gatehouse",
        "usr/share/fish/vendor_completions.d/gatehouse.fish"}
    assert (root / "etc/gatehouse/conf.d").is_dir()
    assert not any(name.startswith(("var/", "run/", "home/")) for name in names)


def test_everything_belongs_to_root_and_only_the_owner_writes(made):
    deb, _ = made
    listing = subprocess.run(["dpkg-deb", "-c", deb], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root", line
        assert mode[5] == "-" and mode[8] == "-" and "s" not in mode[1:], line


def test_the_configuration_of_an_administrator_is_kept(made):
    _, root = made
    assert (root / "DEBIAN/conffiles").read_text() == "/etc/gatehouse/gatehouse.yaml\n"


def test_the_installed_size_and_the_needed_libraries_are_told(made):
    deb, _ = made
    assert field(deb, "Version") == "0.1.0-1"
    assert int(field(deb, "Installed-Size")) > 10
    assert "libc6 (>= 2." in field(deb, "Depends")
    assert "@" not in subprocess.run(["dpkg-deb", "-f", deb], capture_output=True, text=True,
                                     check=True).stdout.replace("@localhost", "")


def test_every_file_has_its_checksum(made):
    _, root = made
    subprocess.run(["md5sum", "--check", "--quiet", "DEBIAN/md5sums"], cwd=root, check=True)


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_the_scripts_of_the_package_are_executable_and_have_no_fault_of_syntax(made, script):
    _, root = made
    assert os.access(root / "DEBIAN" / script, os.X_OK)
    subprocess.run(["dash", "-n", root / "DEBIAN" / script], check=True)
    assert "set -e" in (root / "DEBIAN" / script).read_text()


def test_the_same_sources_make_the_same_bytes(made, tmp_path):
    deb, _ = made
    again = package(stand_in(tmp_path), tmp_path / "out", PACKAGE_VERSION="0.1.0-1")
    assert again.returncode == 0, again.stderr
    with open(deb, "rb") as first, open(again.stdout.strip(), "rb") as second:
        assert first.read() == second.read()


def test_a_program_that_needs_a_library_of_one_debian_only_is_refused(tmp_path):
    program = stand_in(tmp_path, STAND_IN, "-Wl,--no-as-needed", "-lresolv")
    refused = package(program, tmp_path / "out")
    assert refused.returncode == 1
    assert "needs libresolv.so.2" in refused.stderr and "statically" in refused.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("version", ["x", "1 2", "1/2", "-1"])
def test_a_version_that_is_none_is_refused(tmp_path, version):
    refused = package(stand_in(tmp_path), tmp_path / "out", PACKAGE_VERSION=version)
    assert refused.returncode == 1 and "no version" in refused.stderr
