#include "config/store/api_store.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "certs/store/state_folder.h"

namespace gatehouse::config {
namespace {

constexpr std::string_view kCurrent = "config/api.yaml";
constexpr std::string_view kPrefix = "history-";
constexpr std::string_view kSuffix = ".yaml";
constexpr std::size_t kLargest = 64U << 20;

std::string name_of(std::uint64_t number) {
  return fmt::format("config/{}{}{}", kPrefix, number, kSuffix);
}

std::optional<std::uint64_t> number_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

Result<std::optional<ApiStore::Kept>> read(const std::filesystem::path& state,
                                           std::string_view name) {
  std::error_code ignored;
  if (!std::filesystem::exists(state / "config", ignored)) return std::optional<ApiStore::Kept>{};
  auto folder = certs::StateFolder::open(state);
  if (!folder) return pass_on(folder);
  const auto content = folder->read_secret(name, kLargest);
  if (!content) return std::unexpected(content.error());
  if (!*content) return std::optional<ApiStore::Kept>{};
  auto kept = parse_revision(as_text((*content)->view()));
  if (kept) return std::optional(std::move(*kept));
  return fail(Fault::machine,
              fmt::format("{} is damaged: {}. Put a copy in its place, one of its neighbours "
                          "history-N.yaml for example, or remove it to begin without it.",
                          (state / name).string(), kept.error().what),
              ErrorKind::invalid);
}

}  // namespace

Result<std::optional<ApiStore::Kept>> ApiStore::current() const { return read(state_, kCurrent); }

Result<Ok> ApiStore::keep(const Revision& revision, const std::string& yaml) {
  const auto folder = certs::StateFolder::open(state_);
  if (!folder) return std::unexpected(folder.error());
  auto writer = folder->writer();
  if (!writer) return pass_on(writer);
  const std::string text = revision_text(revision, yaml);
  const Secret content{as_bytes(text)};
  // What comes into force last is what counts.
  if (auto put = writer->write_secret(name_of(revision.number), content); !put) return put;
  if (auto put = writer->write_secret(kCurrent, content); !put) return put;
  forget_old_ones();
  return Ok{};
}

Result<std::vector<Revision>> ApiStore::history() const {
  const auto now = current();
  if (!now) return std::unexpected(now.error());
  std::vector<Revision> all;
  if (!*now) return all;
  for (const std::uint64_t number : numbers()) {
    if (number > (*now)->revision.number) continue;  // the program ended before it was in force
    auto kept = at(number);
    if (kept) all.push_back(std::move(kept->revision));
  }
  return all;
}

Result<ApiStore::Kept> ApiStore::at(std::uint64_t number) const {
  auto kept = read(state_, name_of(number));
  if (!kept) return pass_on(kept);
  if (*kept) return std::move(**kept);
  return fail(Fault::operator_input,
              fmt::format("There is no revision {}; `gatehouse config history` lists those that "
                          "are kept.",
                          number),
              ErrorKind::not_found);
}

// Newest first.
std::vector<std::uint64_t> ApiStore::numbers() const {
  std::vector<std::uint64_t> all;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(state_ / "config", failed)) {
    if (const auto number = number_of(entry.path().filename().string())) all.push_back(*number);
  }
  std::ranges::sort(all, std::greater{});
  return all;
}

void ApiStore::forget_old_ones() const {
  const std::vector<std::uint64_t> all = numbers();
  for (std::size_t i = kMost; i < all.size(); ++i) {
    std::error_code ignored;  // it is tried again with the next change
    std::filesystem::remove(state_ / name_of(all[i]), ignored);
  }
}

}  // namespace gatehouse::config
