#include "certs/trust/kit.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/shell_word.h"
#include "certs/trust/anchor_facts.h"
#include "certs/trust/ansible_tasks.h"
#include "certs/trust/profile.h"

namespace gatehouse::certs {
namespace {

std::string firefox_policies(const AnchorFacts& facts) {
  return fmt::format(R"({{
  "policies": {{
    "Certificates": {{
      "Install": ["gatehouse-{}.crt"]
    }}
  }}
}}
)",
                     facts.id);
}

std::string content_of(AnchorForm form, const TrustedCa& ca, const AnchorFacts& facts) {
  const crypto::Certificate& anchor = ca.active();
  switch (form) {
    case AnchorForm::pem: return roots_pem(ca);
    case AnchorForm::der: return std::string(as_text(anchor.der()));
    case AnchorForm::profile: return configuration_profile(ca.roots);
    case AnchorForm::firefox_policies: return firefox_policies(facts);
    case AnchorForm::ansible_tasks: return ansible_tasks(anchor);
  }
  return {};
}

struct Word {
  std::string_view mark;
  std::string value;
};

std::string worded(std::string_view text, std::span<const Word> words) {
  std::string out(text);
  for (const Word& word : words) {
    for (auto at = out.find(word.mark); at != std::string::npos;
         at = out.find(word.mark, at + word.value.size())) {
      out.replace(at, word.mark.size(), word.value);
    }
  }
  return out;
}

// Of all roots where one file holds them.
std::string listed(const TrustedCa& ca, std::string AnchorFacts::* member) {
  std::string all;
  for (const TrustRoot& root : ca.roots) {
    all += fmt::format("{}{}", all.empty() ? "" : " and ", facts_of(root.certificate).*member);
  }
  return all;
}

std::array<Word, 7> words_of(const TrustedCa& ca, const AnchorFacts& facts, std::string file) {
  return {Word{"@file@", std::move(file)},
          Word{"@ca@", ca.flag()},
          Word{"@name@", printable(listed(ca, &AnchorFacts::name))},
          Word{"@fingerprint@", listed(ca, &AnchorFacts::fingerprint)},
          Word{"@sha256@", facts.sha256},
          Word{"@sha1@", facts.sha1},
          Word{"@id@", facts.id}};
}

// A command prompt of Windows knows no quotes but these.
std::string file_word(const TrustTarget& target, std::string_view name) {
  const bool windows = target.word == "windows" || target.word == "intune";
  if (!windows) return shell_word(name);
  return name.find(' ') == std::string_view::npos ? std::string(name) : fmt::format("\"{}\"", name);
}

std::string indented(std::string_view lines) {
  std::string out = "\n";
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    out += fmt::format("       {}\n", lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

TrustKit kit_of(const TrustTarget& target, const TrustedCa& ca, std::string_view file_name) {
  const AnchorFacts facts = facts_of(ca.active());
  TrustKit kit{&target,
               std::string(file_name.empty() ? target.file_name : file_name),
               content_of(target.form, ca, facts),
               {},
               ca.roots.front().role};
  const auto in_text = words_of(ca, facts, printable(kit.file_name));
  const auto in_command = words_of(ca, facts, file_word(target, kit.file_name));
  for (const TrustingStep& step : target.steps) {
    kit.steps.push_back({worded(step.text, in_text), worded(step.command, in_command)});
  }
  return kit;
}

// gatehouse-ca.crt, gatehouse-ca-next.crt, gatehouse-ca-retired.crt,
// gatehouse-ca-retired-2.crt
std::string file_name_of(std::string_view usual, TrustRole role, std::size_t retired_before) {
  if (role == TrustRole::active) return std::string(usual);
  const auto dot = std::min(usual.rfind('.'), usual.size());
  const std::string number = role == TrustRole::retired && retired_before > 0
                                 ? fmt::format("-{}", retired_before + 1)
                                 : "";
  return fmt::format("{}-{}{}{}", usual.substr(0, dot), trust_role_text(role), number,
                     usual.substr(dot));
}

}  // namespace

std::string roots_pem(const TrustedCa& ca) {
  if (ca.roots.size() == 1) return ca.active().to_pem();
  std::string all;
  for (const TrustRoot& root : ca.roots) {
    all += fmt::format("# {}: {}\n{}", printable(root.certificate.common_name()),
                       trust_role_words(root.role), root.certificate.to_pem());
  }
  return all;
}

TrustKit make_trust_kit(const TrustTarget& target, const crypto::Certificate& anchor,
                        std::string_view file_name) {
  return kit_of(target, {.name = {}, .roots = {{anchor}}}, file_name);
}

std::vector<TrustKit> make_trust_kits(const TrustTarget& target, const TrustedCa& ca,
                                      std::string_view file_name) {
  std::vector<TrustKit> kits;
  if (target.several || ca.roots.size() == 1) {
    kits.push_back(kit_of(target, ca, file_name));
    return kits;
  }
  const std::string_view usual = file_name.empty() ? target.file_name : file_name;
  std::size_t number = 0;
  for (const TrustRoot& root : ca.roots) {
    kits.push_back(kit_of(target, {ca.name, {root}}, file_name_of(usual, root.role, number)));
    if (root.role == TrustRole::retired) ++number;
  }
  return kits;
}

std::string steps_text(const TrustKit& kit) {
  std::string out = fmt::format("{} ({})", kit.target->title, printable(kit.file_name));
  if (kit.role != TrustRole::active) out += fmt::format(": {}", trust_role_words(kit.role));
  out += "\n\n";
  int number = 0;
  for (const WordedStep& step : kit.steps) {
    out += fmt::format("{:>3}. {}\n", ++number, step.text);
    if (!step.command.empty()) out += indented(step.command);
    out += '\n';
  }
  return out;
}

}  // namespace gatehouse::certs
