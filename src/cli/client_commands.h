#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::cli {

// How a verb reaches the running gatehouse, and how it answers.
struct Connection {
  std::vector<std::filesystem::path> sockets;  // tried in this order
  std::filesystem::path state;  // the state folder that it is in, where one was named
  bool json = false;
};

// What every verb takes that changes something.
struct ChangeOptions {
  Connection api;
  bool dry_run = false;
  std::string why;
  std::uint64_t if_revision = 0;  // 0: whatever came before
};

// ------------------------------------------------------------------ sites

struct PlainHttpChoice {
  std::string external;  // redirect, refuse, keep; empty: the default
  std::string loopback;
  std::vector<std::string> listen;
  bool off = false;
};

// A pair of files, or a selector of the store where there is no key; empty: none.
struct CertificateWords {
  std::string certificate;
  std::filesystem::path key;
};

// Texts as they were given, checked where no machine is needed for it.
struct AddSite {
  struct Route {
    std::string path;
    std::vector<std::string> upstreams;
  };

  ChangeOptions change;
  std::string name;
  std::vector<std::string> names;
  std::vector<std::string> upstreams;
  std::vector<std::string> listen;
  std::vector<Route> routes;
  CertificateWords certificate;  // empty: none
  CertificateWords second_certificate;
  PlainHttpChoice http;
  std::string tls_profile;
  std::string owner;
  bool trust_boundary = false;
};

struct ListSites {
  Connection api;
  std::string owner;
};

struct ShowSite {
  Connection api;
  std::string name;
};

struct EnableSite {
  ChangeOptions change;
  std::string name;
  bool enabled = true;
};

// One by its name, or all of an owner.
struct RemoveSite {
  ChangeOptions change;
  std::string name;
  std::string owner;
};

// ------------------------------------------------------------------ bindings

struct AddBinding {
  ChangeOptions change;
  std::string name;
  std::vector<std::string> endpoints;  // files.example.com:443, 10.0.0.5:8443
  CertificateWords certificate;        // empty: the default identity
  CertificateWords second_certificate;
  std::string site;
  std::string owner;
  std::string tls_profile;
};

struct ListBindings {
  Connection api;
  std::string owner;
};

struct ExplainBinding {
  Connection api;
  std::string name;  // empty: a client that sends none
  std::string address;
  std::uint16_t port = 443;
};

struct RemoveBinding {
  ChangeOptions change;
  std::string name;
  std::string owner;
};

// ------------------------------------------------------------------ what is served

struct ListListeners {
  Connection api;
};
struct ListUpstreams {
  Connection api;
};
struct ShowStatus {
  Connection api;
};

struct ShowLogs {
  Connection api;
  std::string site;
  std::filesystem::path file;  // empty: the one that the running gatehouse writes
  std::uint64_t lines = 20;
  bool follow = false;
};

// ------------------------------------------------------------------ the program

struct UpgradeProgram {
  Connection api;
};

// ------------------------------------------------------------------ configuration

struct Reload {
  ChangeOptions change;
};

struct Rollback {
  ChangeOptions change;
  std::uint64_t revision = 0;
};

struct ShowHistory {
  Connection api;
};

struct ValidateConfig {
  std::filesystem::path file;  // "-": standard input
  bool json = false;
};

struct ShowConfig {
  Connection api;
  bool origin = false;
};

struct DiffConfig {
  Connection api;
  std::filesystem::path file;
};

// Everything that the API made becomes what the file says.
struct ApplyConfig {
  ChangeOptions change;
  std::filesystem::path file;
};

struct ExportConfig {
  Connection api;
  bool everything = false;
  std::filesystem::path out;  // empty: standard output
};

struct PrintSchema {};
struct PrintDefaultConfig {};

struct ExplainCode {
  std::string code;  // empty: all of them
  bool json = false;
};

// ------------------------------------------------------------------ about the command line

enum class Shell : unsigned char { bash, zsh, fish };

struct PrintCompletion {
  Shell shell = Shell::bash;
};

struct PrintManPage {
  std::string about;  // "site add", "site"; empty: the whole program
};

}  // namespace gatehouse::cli
