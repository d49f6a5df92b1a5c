#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/document.h"
#include "config/settings.h"
#include "config/store/api_store.h"
#include "control/api_part.h"

namespace gatehouse::control {

// A configuration that could come into force, from all that say something: files, then flags and
// environment, then the API.
struct Candidate {
  std::shared_ptr<const config::Document> base;  // files and flags: read-only for the API
  ApiPart api;
  std::shared_ptr<const config::Settings> settings;  // nullptr: diagnostics hold errors
  config::Diagnostics diagnostics;

  // All of it as one document.
  config::Document merged() const;
  // What the API made, as a configuration that stands for itself.
  std::string api_yaml() const { return api.yaml(); }
  // Who set a value of a site, binding or listener: of `sites` and its name, for example.
  config::Origin origin_of(std::string_view map, const std::string& key) const;
};

// Where configurations come from. Blocks on the disk: control thread only.
class Sources {
 public:
  struct Places {
    std::optional<std::filesystem::path> file;  // with conf.d beside it
    config::ReadOptions reading;
    std::filesystem::path state;  // the API's part is in it
  };
  Sources(Places places, config::Document flags)
      : places_(std::move(places)), flags_(std::move(flags)), store_(places_.state) {}

  // Everything anew, as at the start. Errors: what the API made cannot be read.
  Result<Candidate> read();
  // The files anew, the API's part as it is in `now`.
  Candidate reread(const Candidate& now) const;
  // `now` with other things made by the API.
  static Candidate with_api(const Candidate& now, config::Document api);
  // The same, if these sites of what the API made are as in `changed`, and no file says a word
  // about them. Costs what these sites cost, unless there is something to say.
  static Candidate with_sites(const Candidate& now, const config::Document& changed,
                              const std::set<std::string>& sites);
  // What the API made in an earlier revision.
  Result<config::Document> api_of(std::uint64_t revision) const;
  // A text alone; never reads a file.
  config::Diagnostics validate(std::string_view yaml) const;

  // A text that came by the API; never reads a file or the environment.
  static config::Reading read_api_text(std::string_view yaml);

  const std::optional<std::filesystem::path>& file() const { return places_.file; }
  const std::filesystem::path& state() const { return places_.state; }
  config::ApiStore& store() { return store_; }
  const config::ApiStore& store() const { return store_; }
  // Of the newest kept change; 1 before the first.
  std::uint64_t revision() const { return revision_; }

 private:
  config::Reading read_base() const;
  // What settles to the same as in `before` is shared with it; nullptr: nothing was before.
  static Candidate put_together(std::shared_ptr<const config::Document> base, ApiPart api,
                                config::Diagnostics diagnostics, const config::Settings* before);
  static config::Settled settle(Candidate& candidate);

  Places places_;
  config::Document flags_;
  config::ApiStore store_;
  std::uint64_t revision_ = 1;
};

}  // namespace gatehouse::control
