#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/messages.h"
#include "config/diagnostic.h"
#include "config/origins.h"
#include "config/sources.h"

namespace gatehouse::config {

// A configuration as it was written: texts, with the origin of each.
struct Document {
  api::Configuration message;
  Origins origins;
  Sources sources{};  // what it was read from
};

// An error about the value at `path`, with its place, line and marked columns.
Diagnostic diagnose(const Document& document, std::string_view path, std::string code,
                    std::string message, std::string hint = {});

// `value` as a message about the value at `path` may say it: in backticks, cut where it is long,
// or `***` where it came from ${...} or is a secret.
std::string quoted(const Document& document, std::string_view path, std::string_view value);

// What reading a source may look at. `${env:X}` asks `environment`, `${cred:name}` a file of
// `credentials` ($CREDENTIALS_DIRECTORY), `${file:/path}` a file that root or we own and nobody
// else may write; `may_read_files` is false for what comes by the API.
struct ReadOptions {
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::filesystem::path credentials;
  bool may_read_files = true;
};

struct Reading {
  Document document;
  Diagnostics diagnostics;
};

// A file (YAML, or JSON as it is) and the *.yaml, *.yml and *.json of `conf.d` beside it, in
// lexical order, symbolic links followed: maps merge, lists replace, the same scalar twice with
// another value is an error that names both. Blocks on the disk. Never throws; every error of all
// files is in one reading.
Reading read_files(const std::filesystem::path& file, const ReadOptions& options);

// A text in place of a file; `name` stands in diagnostics.
Reading read_text(std::string_view text, std::string_view name, Origin::Source source,
                  const ReadOptions& options);

// Puts `over` upon `base`: what `over` defines a second time is an error unless it is equal (the
// API may not change what a file says; a file may not change what a flag says).
void merge(Document& base, Document over, Diagnostics& diagnostics);

// The same as strict YAML that read_text() reads to an equal message. Maps are sorted; what has
// its default value is left out. Fields that hold secrets print as ***.
std::string to_yaml(const api::Configuration& message);
// The lines of one site in that, and the whole of all other values and the lines of the sites.
std::string to_yaml(const std::string& name, const api::Site& site);
std::string to_yaml(const api::Configuration& rest, std::string_view sites);

}  // namespace gatehouse::config
