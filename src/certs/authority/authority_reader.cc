#include "certs/authority/authority_reader.h"

#include <fmt/format.h>

#include "certs/authority/authority_keys.h"
#include "certs/store/record_reader.h"

namespace gatehouse::certs {
namespace {

// Calls `take` with each entry below the prefix; it returns false for one that is damaged.
template <class Take>
io::Task<Result<Ok>> for_each(kv::Store& store, std::string prefix, io::Deadline deadline,
                              Take& take) {
  kv::Page page;
  do {
    const std::string after = page.entries.empty() ? std::string() : page.entries.back().key;
    auto next = co_await store.list({.prefix = prefix, .after = after}, deadline);
    if (!next) co_return pass_on(next);
    page = std::move(*next);
    for (const kv::Entry& entry : page.entries) {
      if (!take(entry)) co_return damaged_entry(entry.key);
    }
  } while (page.more);
  co_return Ok{};
}

struct TakeAuthorities {
  std::vector<Authority>& to;

  bool operator()(const kv::Entry& entry) const {
    auto authority = decode_authority(entry.value);
    if (!authority) return false;
    authority->revision = entry.revision;
    to.push_back(std::move(*authority));
    return true;
  }
};

struct TakeIssued {
  const std::function<bool(const IssuedCertificate&)>& wanted;
  std::vector<KeptIssued>& to;

  bool operator()(const kv::Entry& entry) const {
    auto issued = decode_issued(entry.value);
    if (!issued) return false;
    if (wanted(*issued)) to.push_back({std::move(*issued), entry.revision});
    return true;
  }
};

bool every(const IssuedCertificate& /*issued*/) { return true; }

}  // namespace

io::Task<Result<std::vector<Authority>>> AuthorityReader::list(io::Deadline deadline) const {
  std::vector<Authority> all;
  TakeAuthorities take{all};
  auto read = co_await for_each(store_, std::string(keys::kAuthorities), deadline, take);
  if (!read) co_return pass_on(read);
  co_return all;
}

io::Task<Result<Authority>> AuthorityReader::get(AuthorityName name, io::Deadline deadline) const {
  const std::string key = keys::authority(name);
  auto entry = co_await store_.get(key, deadline);
  if (!entry) co_return pass_on(entry);
  if (!*entry) {
    co_return fail(Fault::operator_input,
                   fmt::format("there is no CA called \"{0}\" here: gatehouse ca list shows those "
                               "that are, gatehouse ca init {0} makes one",
                               name.text()),
                   ErrorKind::not_found);
  }
  auto authority = decode_authority((*entry)->value);
  if (!authority) co_return damaged_entry(key);
  authority->revision = (*entry)->revision;
  co_return std::move(*authority);
}

io::Task<Result<std::vector<KeptIssued>>> AuthorityReader::issued(AuthorityName name,
                                                                  io::Deadline deadline) const {
  co_return co_await issued_where(std::move(name), every, deadline);
}

io::Task<Result<std::vector<KeptIssued>>> AuthorityReader::issued_where(
    AuthorityName name, std::function<bool(const IssuedCertificate&)> wanted,
    io::Deadline deadline) const {
  std::vector<KeptIssued> all;
  TakeIssued take{wanted, all};
  auto read = co_await for_each(store_, keys::issued(name), deadline, take);
  if (!read) co_return pass_on(read);
  co_return all;
}

io::Task<Result<KeptIssued>> AuthorityReader::issued_as(AuthorityName name, std::string serial,
                                                        io::Deadline deadline) const {
  const std::string key = keys::issued(name, serial);
  auto entry = co_await store_.get(key, deadline);
  if (!entry) co_return pass_on(entry);
  if (!*entry) co_return none_issued(name, serial);
  auto issued = decode_issued((*entry)->value);
  if (!issued) co_return damaged_entry(key);
  co_return KeptIssued{std::move(*issued), (*entry)->revision};
}

std::unexpected<Error> none_issued(const AuthorityName& name, std::string_view text) {
  return fail(
      Fault::operator_input,
      fmt::format("the CA {0} has issued no certificate \"{1}\": gatehouse ca show {0} lists "
                  "those that it has, with their serial numbers",
                  name.text(), text),
      ErrorKind::not_found);
}

}  // namespace gatehouse::certs
