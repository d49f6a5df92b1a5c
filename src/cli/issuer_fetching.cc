#include "cli/issuer_fetching.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/time_text.h"
#include "crypto/exchange/pairing.h"
#include "io/resolver.h"
#include "io/run_until_done.h"

namespace gatehouse::cli {
namespace {

// Real chains have one or two intermediates.
constexpr int kMostHops = 4;

using Response = api::ImportCertificatesResponse;

bool is_fetched(const std::string& url) { return url.starts_with("http://"); }

bool can_be_fetched(const api::MissingIssuer& gap) {
  return !gap.certificate().empty() && std::ranges::any_of(gap.urls(), is_fetched);
}

std::string question_of(const api::MissingIssuer& gap) {
  const auto url = std::ranges::find_if(gap.urls(), is_fetched);
  return fmt::format(
      "The certificate of {} is not here, which issued the one of {}. That one says where it is: "
      "{}\nFetch it from there? [y/N] ",
      printable(gap.name()), printable(gap.of()), printable(*url));
}

api::FetchedIssuer message_of(const certs::FetchedIssuer& fetched) {
  api::FetchedIssuer message;
  message.set_url(fetched.url);
  message.set_subject(fetched.certificate.subject());
  message.set_sha256(crypto::hex(fetched.certificate.sha256()));
  message.set_not_after(timestamp_text(fetched.certificate.not_after()));
  message.set_root(fetched.certificate.is_self_issued());
  return message;
}

std::string shown(const api::FetchedIssuer& fetched, const crypto::Certificate& below) {
  return fmt::format(
      "fetched  {}\n         {}, SHA-256 {}\n         It signed the certificate of {}.{}\n",
      printable(fetched.url()), printable(fetched.subject()), fetched.sha256(),
      printable(below.subject()),
      fetched.root() ? " It is a root: clients have it or not, servers do not send it, and it is "
                       "not imported."
                     : "");
}

// Goes up the chains, hop by hop.
class Climb {
 public:
  Climb(const ImportCertificates& import, const Surroundings& around)
      : import_(import), around_(around) {}

  // Adds what is missing in `response` to the request. False: there is nothing to be had.
  Result<bool> hop(const Response& response, api::ImportCertificatesRequest& request) {
    bool any = false;
    for (const api::MissingIssuer& gap : response.missing()) {
      if (!can_be_fetched(gap) || !is_new(gap) || !is_wanted(gap)) continue;
      auto added = fetch(gap, request);
      if (!added) return pass_on(added);
      any = any || *added;
    }
    return any;
  }

  std::vector<api::FetchedIssuer> take() { return std::move(fetched_); }

 private:
  bool is_new(const api::MissingIssuer& gap) {
    if (std::ranges::find(asked_, gap.certificate()) != asked_.end()) return false;
    asked_.push_back(gap.certificate());
    return true;
  }
  // Who says yes once means the chain up to its root.
  bool is_wanted(const api::MissingIssuer& gap) {
    if (!import_.fetch_issuers && !agreed_) agreed_ = around_.confirm(question_of(gap));
    return import_.fetch_issuers || *agreed_;
  }
  Result<bool> fetch(const api::MissingIssuer& gap, api::ImportCertificatesRequest& request) {
    auto below = crypto::Certificate::from_der(as_bytes(gap.certificate()));
    if (!below) return pass_on(below);
    auto fetched = around_.fetch_issuer(*below);
    if (!fetched) {
      fetched.error().what +=
          " Nothing was stored: without --fetch-issuers the import goes on "
          "with the gap.";
      return pass_on(fetched);
    }
    fetched_.push_back(message_of(*fetched));
    around_.console.talk(shown(fetched_.back(), *below));
    if (fetched_.back().root()) return false;
    api::ImportFile& file = *request.add_files();
    file.set_name("the fetched issuer");
    file.set_content(fetched->certificate.to_pem());
    return true;
  }

  const ImportCertificates& import_;
  const Surroundings& around_;
  std::vector<std::string> asked_;
  std::optional<bool> agreed_;
  std::vector<api::FetchedIssuer> fetched_;
};

std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("-_./:=@%+,").contains(static_cast<char>(c));
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string command_text(const ImportCertificates& import) {
  std::vector<std::string> words{"gatehouse", "cert", "import"};
  const auto add = [&words](const char* flag, const std::string& value) {
    if (value.empty()) return;
    words.emplace_back(flag);
    words.push_back(quoted(value));
  };
  for (const auto& file : import.files) words.push_back(quoted(file.string()));
  for (const auto& file : import.passphrases.files) add("--passphrase-file", file.string());
  if (import.passphrases.standard_input) words.emplace_back("--passphrase-stdin");
  add("--name", import.name);
  add("--replace", import.replace);
  add("--owner", import.owner);
  add("--shelf", import.shelf);
  add("--role", import.role);
  words.emplace_back("--fetch-issuers");
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace

Result<certs::FetchedIssuer> fetch_issuer(const crypto::Certificate& below, const Clock& clock) {
  io::Reactor reactor(clock);
  auto resolver = io::Resolver::make(reactor);
  if (!resolver) return pass_on(resolver);
  return io::run_until_done(
      reactor, certs::fetch_issuer(reactor, **resolver, below, crypto::issuer_urls(below)));
}

bool may_fetch_issuers(const ImportCertificates& import, const Surroundings& around) {
  return import.fetch_issuers || (around.confirm && !import.change.api.json);
}

Result<std::vector<api::FetchedIssuer>> fetch_issuers(const ImportCertificates& import,
                                                      const Surroundings& around,
                                                      const TryImport& try_import,
                                                      Response response,
                                                      api::ImportCertificatesRequest& request) {
  Climb climb(import, around);
  for (int hop = 0; hop < kMostHops; ++hop) {
    auto added = climb.hop(response, request);
    if (!added) return pass_on(added);
    if (!*added || hop + 1 == kMostHops) break;
    auto next = try_import(request);
    if (!next) return pass_on(next);
    response = std::move(*next);
  }
  return climb.take();
}

std::string fetching_advice(const ImportCertificates& import, const Response& response) {
  if (import.fetch_issuers || !std::ranges::any_of(response.missing(), can_be_fetched)) return {};
  return fmt::format("To have the issuer fetched from there and checked:\n  {}\n",
                     command_text(import));
}

}  // namespace gatehouse::cli
