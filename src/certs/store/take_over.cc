#include "certs/store/take_over.h"

#include <array>

#include "certs/store/identity_files.h"

namespace gatehouse::certs {
namespace {

struct KnownFile {
  std::string_view name;
  std::string_view record;
  Origin origin;
};

constexpr std::string_view kRoot = "ca/root";
constexpr std::array<KnownFile, 4> kFiles{{
    {"identities/default", "default", Origin::default_identity},
    {"identities/self-signed", "self-signed", Origin::self_signed},
    {kRoot, "local CA root", Origin::local_ca},
    {"ca/server", "local CA server issuer", Origin::local_ca},
}};
constexpr std::string_view kAnchor = "local CA";

// Whether this certificate is on its shelf.
io::Task<Result<bool>> is_there(const CertificateStore& store, const NewRecord& record,
                                io::Deadline deadline) {
  const auto leaf = chain_of(record.content).front();
  auto selector = Selector::by_thumbprint(crypto::hex(leaf.sha256()));
  if (!selector) co_return pass_on(selector);
  const auto shelf = shelf_for(record.content, std::nullopt);
  if (!shelf) co_return std::unexpected(shelf.error());
  auto found = co_await store.find(
      {.selector = std::move(*selector), .shelf = *shelf, .owner = record.owner}, deadline);
  if (found) co_return true;
  if (found.error().kind == ErrorKind::not_found) co_return false;
  co_return pass_on(found);
}

}  // namespace

Result<std::vector<NewRecord>> records_of_files(const StateFolder& folder) {
  std::vector<NewRecord> records;
  for (const KnownFile& file : kFiles) {
    auto identity = read_identity(folder, file.name);
    if (!identity) return pass_on(identity);
    if (!*identity) continue;
    if (file.name == kRoot) {
      records.push_back({.content = (*identity)->leaf(),
                         .name = RecordName::nearest(kAnchor),
                         .origin = file.origin,
                         .shelf = Shelf::anchors});
    }
    records.push_back({.content = std::move(**identity),
                       .name = RecordName::nearest(file.record),
                       .origin = file.origin,
                       .shelf = Shelf::identities});
  }
  return records;
}

io::Task<Result<std::vector<Record>>> take_over(CertificateStore& store,
                                                std::vector<NewRecord> records,
                                                io::Deadline deadline) {
  std::vector<Record> added;
  for (NewRecord& record : records) {
    auto there = co_await is_there(store, record, deadline);
    if (!there) co_return pass_on(there);
    if (*there) continue;
    auto one = co_await store.put(std::move(record),
                                  {"gatehouse", "taken over from the files of the state folder"},
                                  deadline);
    if (!one) co_return pass_on(one);
    added.push_back(std::move(*one));
  }
  co_return added;
}

}  // namespace gatehouse::certs
