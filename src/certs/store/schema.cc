#include "certs/store/schema.h"

#include <charconv>

#include <fmt/format.h>

#include "certs/store/record_reader.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {
namespace {

std::optional<int> decode_version(ByteView value) {
  const auto text = as_text(value);
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size() || version < 1) return std::nullopt;
  return version;
}

std::unexpected<Error> newer(int version, int newest) {
  return fail(Fault::operator_input,
              fmt::format("the certificate store has the layout {} of a newer gatehouse, and this "
                          "one knows layouts up to {}: start the newer one, or put a copy of the "
                          "store from before its upgrade in its place; nothing was changed",
                          version, newest),
              ErrorKind::invalid);
}

io::Task<Result<Ok>> write_version(kv::Store& store, int from, int to, io::Deadline deadline) {
  auto entry = co_await store.get(std::string(keys::kSchema), deadline);
  if (!entry) co_return pass_on(entry);
  // Another process has been here meanwhile; it has done the same.
  if (!*entry || decode_version((*entry)->value) != from) co_return Ok{};
  auto written = co_await store.commit({{kv::Condition::at((*entry)->key, (*entry)->revision)},
                                        {kv::Put{(*entry)->key, encode_version(to)}}},
                                       deadline);
  if (!written) co_return pass_on(written);
  co_return Ok{};
}

}  // namespace

Bytes encode_version(int version) {
  const std::string text = fmt::format("{}", version);
  return {text.begin(), text.end()};
}

io::Task<Result<int>> schema_version(kv::Store& store, int newest, io::Deadline deadline) {
  auto entry = co_await store.get(std::string(keys::kSchema), deadline);
  if (!entry) co_return pass_on(entry);
  if (!*entry) co_return 0;
  const auto version = decode_version((*entry)->value);
  if (!version) co_return damaged_entry(keys::kSchema);
  if (*version > newest) co_return newer(*version, newest);
  co_return *version;
}

io::Task<Result<Ok>> migrate(kv::Store& store, std::span<const Migration> migrations,
                             io::Deadline deadline) {
  const int newest = migrations.empty() ? kSchemaVersion : migrations.back().to;
  auto version = co_await schema_version(store, newest, deadline);
  if (!version) co_return pass_on(version);
  if (*version == 0) co_return Ok{};
  for (const Migration& migration : migrations) {
    if (migration.to <= *version) continue;
    if (auto done = co_await migration.run(store, deadline); !done) co_return pass_on(done);
    if (auto noted = co_await write_version(store, *version, migration.to, deadline); !noted) {
      co_return pass_on(noted);
    }
    *version = migration.to;
  }
  co_return Ok{};
}

}  // namespace gatehouse::certs
