#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/client_commands.h"

namespace gatehouse::cli {

// Which certificate is meant, as it was given; the running gatehouse reads it.
struct CertificateChoice {
  std::string text;   // "files", "A1 B2 ...", "CN=...", "san:www.example.org"
  std::string shelf;  // empty: the one that has it
  std::string owner;  // empty: the machine
};

// Where passphrases come from; never from an argument, which every user of the machine can see.
struct PassphraseSource {
  std::vector<std::filesystem::path> files;
  bool standard_input = false;
  bool generate = false;

  bool none() const { return files.empty() && !standard_input && !generate; }
};

struct ImportCertificates {
  ChangeOptions change;
  std::vector<std::filesystem::path> files;
  PassphraseSource passphrases;
  std::string name;
  std::string owner;
  std::string shelf;
  std::string role;
  std::string replace;
  bool fetch_issuers = false;
};

// What is asked of a new certificate, whoever signs it.
struct NewCertificate {
  std::vector<std::string> names;
  std::string name;
  std::string key_type;
  std::string role;
  std::string common_name;
  std::string organization;
  std::string owner;
};

struct CreateCertificate {
  ChangeOptions change;
  NewCertificate wanted;
  std::uint64_t days = 0;
  std::string replace;
};

struct RequestCertificate {
  ChangeOptions change;
  NewCertificate wanted;
  std::filesystem::path out;  // empty: standard output
};

struct ListCertificates {
  Connection api;
  std::string shelf;
  std::string owner;
  std::string origin;
  std::string role;
};

struct ShowCertificate {
  Connection api;
  CertificateChoice which;
};

struct ShowCertificateHistory {
  Connection api;
  CertificateChoice which;
};

struct ExportCertificate {
  Connection api;
  CertificateChoice which;
  std::string format;
  std::string profile;
  bool with_key = false;
  PassphraseSource passphrase;
  std::filesystem::path out;  // empty: standard output
  bool force = false;
  std::string why;
};

struct RenameCertificate {
  ChangeOptions change;
  CertificateChoice which;
  std::string name;
};

struct RemoveCertificate {
  ChangeOptions change;
  CertificateChoice which;
};

}  // namespace gatehouse::cli
