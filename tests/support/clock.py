"""A clock for the program under test that a test sets ahead while it runs."""

import pathlib
import shutil
import struct
import subprocess

_SOURCE = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* ahead;

__attribute__((constructor)) static void begin(void) {
  const char* file = getenv("CLOCK_AHEAD");
  const int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void* at = mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) ahead = at;
  close(fd);
}
static int64_t seconds(void) { return ahead ? *ahead : 0; }

int clock_gettime(clockid_t id, struct timespec* to) {
  const int code = (int)syscall(SYS_clock_gettime, id, to);
  if (id == CLOCK_REALTIME || id == CLOCK_MONOTONIC) to->tv_sec += seconds();
  return code;
}
time_t time(time_t* to) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (to) *to = now.tv_sec;
  return now.tv_sec;
}
int gettimeofday(struct timeval* to, void* zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  to->tv_sec = now.tv_sec;
  to->tv_usec = now.tv_nsec / 1000;
  return 0;
}
"""

compiler = next((found for found in map(shutil.which, ["cc", "gcc", "clang-19"]) if found), None)


class Clock:
    """Both clocks, of dates and of waits. Who waits learns of it with the next event."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        library, source = folder / "clock.so", folder / "clock.c"
        source.write_text(_SOURCE)
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, source], check=True)
        self._file = folder / "clock.ahead"
        self._file.write_bytes(struct.pack("<q", 0))
        self.prefix = ["env", f"LD_PRELOAD={library}", f"CLOCK_AHEAD={self._file}"]

    def set_ahead(self, hours):
        with open(self._file, "r+b") as file:
            file.write(struct.pack("<q", int(hours * 3600)))
