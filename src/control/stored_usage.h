#pragma once

#include <functional>
#include <string>
#include <vector>

#include "certs/store/certificate_store.h"

namespace gatehouse::control {

// Who uses a certificate of the store, as those say who were asked to tell.
class StoredUsage final : public certs::Usage {
 public:
  using Users = std::function<std::vector<std::string>(const certs::RecordId& id)>;

  void ask(Users users) { asked_.push_back(std::move(users)); }

  std::vector<std::string> users(const certs::RecordId& id) const override {
    std::vector<std::string> all;
    for (const Users& one : asked_) {
      for (std::string& user : one(id)) all.push_back(std::move(user));
    }
    return all;
  }

 private:
  std::vector<Users> asked_;
};

}  // namespace gatehouse::control
