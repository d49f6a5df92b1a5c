#include "base/process_facts.h"

#include <array>
#include <charconv>
#include <ctime>
#include <dirent.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace gatehouse {
namespace {

std::string read_all(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint64_t to_number(std::string_view digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string_view next_word(std::string_view& text) {
  const auto end = text.find_first_of(" \n");
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

// Seconds since the epoch at which the machine started. /proc/stat says it too, but a service that
// may see its own processes only (ProcSubset=pid) does not have that file.
double boot_time() {
  const auto seconds = [](clockid_t clock) {
    timespec now{};
    (void)clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  };
  return seconds(CLOCK_REALTIME) - seconds(CLOCK_BOOTTIME);
}

// proc(5), /proc/pid/stat; the numbers of the fields are those of the manual.
void read_stat(ProcessFacts& facts) {
  const std::string stat = read_all("/proc/self/stat");
  // Field 2 is the name, in parentheses, and may hold anything.
  const auto after_name = stat.rfind(") ");
  if (after_name == std::string::npos) return;
  std::array<std::uint64_t, 25> field{};
  std::string_view rest = std::string_view(stat).substr(after_name + 2);
  for (std::size_t n = 3; n < field.size(); ++n) field[n] = to_number(next_word(rest));

  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  facts.cpu_seconds = static_cast<double>(field[14] + field[15]) / ticks;
  facts.threads = field[20];
  facts.start_time = boot_time() + static_cast<double>(field[22]) / ticks;
  facts.virtual_bytes = field[23];
  facts.resident_bytes = field[24] * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t count_open_fds() {
  struct Closer {
    void operator()(DIR* dir) const { ::closedir(dir); }
  };
  const std::unique_ptr<DIR, Closer> dir(::opendir("/proc/self/fd"));
  if (!dir) return 0;
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(dir.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count - 1;  // not the one that reads the folder
}

}  // namespace

ProcessFacts ProcessFacts::read() {
  ProcessFacts facts;
  read_stat(facts);
  facts.open_fds = count_open_fds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    facts.max_fds = limit.rlim_cur;
  }
  return facts;
}

}  // namespace gatehouse
