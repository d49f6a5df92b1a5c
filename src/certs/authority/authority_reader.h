#pragma once

#include <functional>
#include <string>
#include <vector>

#include "certs/authority/authority.h"
#include "certs/authority/issued.h"
#include "kv/store.h"

namespace gatehouse::certs {

// A certificate that was issued, as it stands in kv.
struct KeptIssued {
  IssuedCertificate issued;
  kv::Revision revision = 0;
};

// What authorities there are and what they have issued. Errors of all calls: those of kv;
// `invalid`: an entry is damaged.
class AuthorityReader {
 public:
  explicit AuthorityReader(kv::Store& store) : store_(store) {}

  // By name.
  io::Task<Result<std::vector<Authority>>> list(io::Deadline deadline) const;
  // Errors: not_found.
  io::Task<Result<Authority>> get(AuthorityName name, io::Deadline deadline) const;

  // In the order of their serial numbers, which says nothing.
  io::Task<Result<std::vector<KeptIssued>>> issued(AuthorityName name, io::Deadline deadline) const;
  // Those that `wanted` takes.
  io::Task<Result<std::vector<KeptIssued>>> issued_where(
      AuthorityName name, std::function<bool(const IssuedCertificate&)> wanted,
      io::Deadline deadline) const;
  // The one of this serial number. Errors: not_found.
  io::Task<Result<KeptIssued>> issued_as(AuthorityName name, std::string serial,
                                         io::Deadline deadline) const;

 private:
  kv::Store& store_;
};

std::unexpected<Error> none_issued(const AuthorityName& name, std::string_view text);

}  // namespace gatehouse::certs
