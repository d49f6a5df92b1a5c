#include "certs/store/find.h"

#include <algorithm>

#include <fmt/format.h>

#include "certs/store/certificate_store.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {
namespace {

using Ids = std::vector<RecordId>;

// More would not help anybody who reads them.
constexpr std::size_t kMostCandidates = 10'000;

std::unexpected<Error> too_many(const Selector& selector) {
  return fail(Fault::operator_input,
              fmt::format("the {} fits more than {} certificates: say more", selector.text(),
                          kMostCandidates),
              ErrorKind::conflict);
}

io::Task<Result<Ids>> ids_by_thumbprint(const RecordReader& reader, Thumbprint thumbprint,
                                        io::Deadline deadline) {
  Ids all;
  if (thumbprint.may_be_sha256()) {
    auto found = co_await reader.ids(keys::by_sha256(thumbprint.digits()), RecordReader::In::value,
                                     deadline);
    if (!found) co_return found;
    all = std::move(*found);
  }
  if (thumbprint.may_be_sha1()) {
    auto found =
        co_await reader.ids(keys::by_sha1(thumbprint.digits()), RecordReader::In::key, deadline);
    if (!found) co_return found;
    all.insert(all.end(), found->begin(), found->end());
  }
  co_return all;
}

// Whether a name of a certificate stands for the wanted one; a wildcard does for one label.
bool covers(std::string_view name, const NamePattern& wanted) {
  if (name == wanted.text()) return true;
  if (wanted.wildcard() || !name.starts_with("*.")) return false;
  const auto dot = wanted.text().find('.');
  return dot != std::string::npos && wanted.text().substr(dot) == name.substr(1);
}

io::Task<Result<Ids>> ids_by_san(const RecordReader& reader, Shelf shelf, NamePattern wanted,
                                 io::Deadline deadline) {
  Ids all;
  std::string after;
  do {
    auto page = co_await reader.summaries(shelf, after, deadline);
    if (!page) co_return pass_on(page);
    for (const auto& summary : page->summaries) {
      const bool fits = std::ranges::any_of(
          summary.names, [&](const std::string& name) { return covers(name, wanted); });
      if (fits) all.push_back(summary.id);
    }
    after = page->next;
  } while (!after.empty());
  co_return all;
}

io::Task<Result<std::vector<Record>>> records_by_subject(const RecordReader& reader, Wanted wanted,
                                                         io::Deadline deadline) {
  std::vector<Record> all;
  std::string after;
  do {
    auto page =
        co_await reader.list({.shelf = wanted.shelf, .owner = wanted.owner}, after, 1000, deadline);
    if (!page) co_return pass_on(page);
    for (auto& record : page->records) {
      if (matches(wanted.selector, record)) all.push_back(std::move(record));
    }
    if (all.size() > kMostCandidates) co_return too_many(wanted.selector);
    after = page->next;
  } while (!after.empty());
  co_return all;
}

io::Task<Result<Ids>> indexed_ids(const RecordReader& reader, Wanted wanted,
                                  io::Deadline deadline) {
  const auto& kind = wanted.selector.kind();
  if (const auto* name = std::get_if<RecordName>(&kind)) {
    co_return co_await reader.id_at(keys::by_name(wanted.shelf, wanted.owner, *name), deadline);
  }
  if (const auto* thumbprint = std::get_if<Thumbprint>(&kind)) {
    co_return co_await ids_by_thumbprint(reader, *thumbprint, deadline);
  }
  if (const auto* san = std::get_if<Selector::San>(&kind)) {
    co_return co_await ids_by_san(reader, wanted.shelf, san->wanted, deadline);
  }
  const auto names = std::get<Selector::Subject>(kind).wanted.common_names();
  co_return co_await reader.ids(keys::by_common_name(names.front()) + "/", RecordReader::In::key,
                                deadline);
}

bool has_no_index(const Selector& selector) {
  const auto* subject = std::get_if<Selector::Subject>(&selector.kind());
  return subject != nullptr && subject->wanted.common_names().empty();
}

}  // namespace

io::Task<Result<std::vector<Record>>> candidates(const RecordReader& reader, Wanted wanted,
                                                 io::Deadline deadline) {
  if (has_no_index(wanted.selector)) {
    co_return co_await records_by_subject(reader, std::move(wanted), deadline);
  }
  auto ids = co_await indexed_ids(reader, wanted, deadline);
  if (!ids) co_return pass_on(ids);
  if (ids->size() > kMostCandidates) co_return too_many(wanted.selector);
  co_return co_await reader.records(std::move(*ids), deadline);
}

io::Task<Result<Choice>> CertificateStore::find(Wanted wanted, io::Deadline deadline) const {
  auto found = co_await candidates(reader_, wanted, deadline);
  if (!found) co_return pass_on(found);
  co_return choose(wanted, *found, now());
}

}  // namespace gatehouse::certs
