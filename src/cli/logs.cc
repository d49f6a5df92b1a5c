#include "cli/logs.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <sys/stat.h>
#include <thread>

#include <fmt/format.h>

#include "base/access_record.h"
#include "base/json_text.h"
#include "base/server_name.h"
#include "cli/access_line.h"
#include "cli/questions.h"

namespace gatehouse::cli {
namespace {

constexpr std::uint64_t kMostRead = std::uint64_t{64} << 20;
constexpr std::chrono::milliseconds kPause{250};

constexpr std::string_view kJournal =
    "journalctl --unit gatehouse --follow shows what the packaged service writes.";

std::unexpected<Error> nowhere(std::string_view why) {
  return fail(Fault::operator_input, fmt::format("There is no access log to read: {}", why),
              ErrorKind::not_found);
}

// The file that the running gatehouse writes.
Result<std::filesystem::path> file_of(const ShowLogs& logs, const Surroundings& around) {
  if (!logs.file.empty()) return around.here / logs.file;
  api::GetConfigurationResponse configuration;
  auto asked = ask(around, logs.api, "ConfigurationService/Get", api::GetConfigurationRequest{},
                   configuration);
  if (!asked) return pass_on(asked);
  const std::string& target = configuration.configuration().logs().access();
  if (target.empty() || target == "none") {
    return nowhere(
        "it is off. Set logs: {access: /var/log/gatehouse/access.log} in the configuration, "
        "or "
        "start with --access-log FILE.");
  }
  if (target == "journal") return nowhere(fmt::format("it goes to the journal. {}", kJournal));
  if (target == "-") {
    return nowhere(
        fmt::format("it goes to the standard output of the running gatehouse. {}", kJournal));
  }
  return target;
}

// What is shown of a line: itself, the readable form, or nothing.
class Shown {
 public:
  explicit Shown(const ShowLogs& logs) : logs_(logs) {
    const auto name = ServerName::parse(logs.site);
    site_ = name ? name->url_host() : logs.site;
  }

  std::optional<std::string> operator()(const std::string& line) const {
    const auto parsed = AccessLine::parse(line);
    if (!site_.empty() && (!parsed || parsed->host != site_)) return std::nullopt;
    if (logs_.api.json) return line + "\n";
    return (parsed ? parsed->text : printable(line)) + "\n";
  }

 private:
  const ShowLogs& logs_;
  std::string site_;
};

}  // namespace

Result<GrowingFile> GrowingFile::open(std::filesystem::path path) {
  FilePtr file(std::fopen(path.c_str(), "rbe"));
  if (file) return GrowingFile(std::move(path), std::move(file));
  const int error = errno;
  return fail(Fault::operator_input,
              fmt::format("Cannot read {}: {}.", path.string(), std::strerror(error)),
              error == ENOENT   ? ErrorKind::not_found
              : error == EACCES ? ErrorKind::not_permitted
                                : ErrorKind::failed);
}

void GrowingFile::skip_to_last(std::uint64_t bytes) {
  struct stat now{};
  if (fstat(fileno(file_.get()), &now) != 0) return;
  const auto size = static_cast<std::uint64_t>(now.st_size);
  if (size <= bytes) return;
  (void)fseeko(file_.get(), static_cast<off_t>(size - bytes), SEEK_SET);
  // The rest of the line that it stands in.
  for (int c = 0; c != '\n' && c != EOF;) c = std::fgetc(file_.get());
}

void GrowingFile::take_rest(const TakeLine& line) {
  std::string some(64 * 1024, '\0');
  std::clearerr(file_.get());
  while (const std::size_t n = std::fread(some.data(), 1, some.size(), file_.get())) {
    std::string_view rest(some.data(), n);
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      begun_ += rest.substr(0, end);
      line(begun_);
      begun_.clear();
      rest.remove_prefix(end + 1);
    }
    // A line without an end is no line of ours; it is shown in parts.
    if (begun_.size() + rest.size() > kLongestAccessLine) {
      line(begun_);
      begun_.clear();
    }
    begun_ += rest;
  }
}

bool GrowingFile::replaced() const {
  struct stat open{};
  struct stat named{};
  if (fstat(fileno(file_.get()), &open) != 0 || stat(path_.c_str(), &named) != 0) return false;
  const bool shorter = open.st_size < ftello(file_.get());
  return shorter || open.st_ino != named.st_ino || open.st_dev != named.st_dev;
}

void GrowingFile::take(const TakeLine& line) {
  const bool next = replaced();
  take_rest(line);
  if (!next) return;
  FilePtr file(std::fopen(path_.c_str(), "rbe"));
  if (!file) return;
  file_ = std::move(file);
  begun_.clear();
  take_rest(line);
}

Result<int> show_logs(const ShowLogs& logs, const Surroundings& around) {
  auto path = file_of(logs, around);
  if (!path) return pass_on(path);
  auto file = GrowingFile::open(std::move(*path));
  if (!file) return pass_on(file);
  const Shown shown(logs);
  std::deque<std::string> latest;
  file->skip_to_last(kMostRead);
  file->take([&](const std::string& line) {
    if (auto text = shown(line)) latest.push_back(std::move(*text));
    if (latest.size() > logs.lines) latest.pop_front();
  });
  for (const std::string& line : latest) around.console.data(line);
  while (logs.follow) {
    file->take([&](const std::string& line) {
      if (const auto text = shown(line)) around.console.data(*text);
    });
    std::this_thread::sleep_for(kPause);
  }
  return 0;
}

}  // namespace gatehouse::cli
