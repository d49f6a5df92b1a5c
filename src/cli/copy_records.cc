#include "cli/copy_records.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/small_file.h"
#include "crypto/digest.h"

namespace gatehouse::cli {
namespace {

using Json = nlohmann::json;

// A name may hold what no file name does.
std::filesystem::path file_of(const std::filesystem::path& folder, const std::string& name) {
  return folder / fmt::format("{}.json", crypto::hex(crypto::sha256(as_bytes(name))).substr(0, 16));
}

std::string text_at(const Json& json, const char* field) {
  const auto found = json.find(field);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<CopyRecord> parse(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  CopyRecord record{.name = text_at(json, "name"),
                    .when = text_at(json, "when"),
                    .certificate = text_at(json, "certificate"),
                    .standing = text_at(json, "standing"),
                    .changed = {},
                    .command = text_at(json, "command"),
                    .status = 0,
                    .output = text_at(json, "output"),
                    .error = text_at(json, "error")};
  if (record.name.empty()) return std::nullopt;
  const auto status = json.find("status");
  if (status != json.end() && status->is_number_integer()) record.status = status->get<int>();
  const auto changed = json.find("changed");
  if (changed != json.end() && changed->is_array()) {
    for (const Json& path : *changed) {
      if (path.is_string()) record.changed.push_back(path.get<std::string>());
    }
  }
  return record;
}

}  // namespace

std::string to_json(const CopyRecord& record) {
  const nlohmann::ordered_json json{{"name", record.name},
                                    {"when", record.when},
                                    {"certificate", record.certificate},
                                    {"standing", record.standing},
                                    {"changed", record.changed},
                                    {"command", record.command},
                                    {"status", record.status},
                                    {"output", record.output},
                                    {"error", record.error}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<CopyRecord> read_copy_record(const std::filesystem::path& folder,
                                           const std::string& name) {
  const auto text = read_small_file(file_of(folder, name));
  return text ? parse(*text) : std::nullopt;
}

std::vector<CopyRecord> read_copy_records(const std::filesystem::path& folder) {
  std::vector<CopyRecord> all;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() != ".json") continue;
    const auto text = read_small_file(entry.path());
    auto record = text ? parse(*text) : std::nullopt;
    if (record) all.push_back(std::move(*record));
  }
  std::ranges::sort(all, {}, &CopyRecord::name);
  return all;
}

Result<Ok> write_copy_record(const std::filesystem::path& folder, const CopyRecord& record) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return write_small_file(file_of(folder, record.name), to_json(record));
}

}  // namespace gatehouse::cli
