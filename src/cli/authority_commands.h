#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/client_commands.h"

namespace gatehouse::cli {

// Where a passphrase comes from: never from an argument, which every user of the machine can see.
struct PassphrasePlace {
  std::filesystem::path file;
  bool standard_input = false;

  bool none() const { return file.empty() && !standard_input; }
};

struct InitAuthority {
  ChangeOptions change;
  std::string name;
  std::vector<std::string> permitted;  // empty: the names of the machine
  bool unconstrained = false;
  std::string key_type;
  std::uint64_t root_days = 0;  // 0: as the running gatehouse does; the same for the next two
  std::uint64_t issuer_days = 0;
  std::uint64_t certificate_days = 0;
};

struct ListAuthorities {
  Connection api;
};

struct ShowAuthority {
  Connection api;
  std::string name;
  bool anchors = false;     // these alone, as PEM
  std::string certificate;  // the chain of this one alone, as PEM
};

struct IssueCertificates {
  ChangeOptions change;
  std::string authority;
  std::vector<std::string> names;
  bool client = false;
  bool each = false;
  std::string key_type;
  std::uint64_t days = 0;
  std::string certificate;  // its name in the store
  std::string replace;      // the name of another one there
  // For another machine: a folder; of a request the file for the certificate. Empty: into the
  // store, or to standard output.
  std::filesystem::path out;
  PassphrasePlace passphrase;
  std::filesystem::path request;   // made elsewhere
  std::vector<std::string> hosts;  // in the place of the names of the request
};

struct RotateAuthority {
  ChangeOptions change;
  std::string name;
  bool issuers = false;
  bool trusted = false;  // the next root is trusted, so it signs
};

struct RevokeCertificate {
  ChangeOptions change;
  std::string authority;
  std::string certificate;
  std::string reason;
};

struct WriteRevocationLists {
  Connection api;
  std::string authority;
  std::filesystem::path out;  // empty: standard output
};

struct DetachRoot {
  ChangeOptions change;
  std::string name;
  std::uint64_t root = 0;  // 0: the active one
  std::filesystem::path to;
  PassphrasePlace passphrase;
};

struct AttachRoot {
  ChangeOptions change;
  std::string name;
  std::filesystem::path from;
  PassphrasePlace passphrase;
};

}  // namespace gatehouse::cli
