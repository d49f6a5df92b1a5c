#include "certs/trust/kit.h"

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

std::string content_of(AnchorForm form, const crypto::Certificate& anchor,
                       const AnchorFacts& facts) {
  switch (form) {
    case AnchorForm::pem: return anchor.to_pem();
    case AnchorForm::der: return std::string(as_text(anchor.der()));
    case AnchorForm::profile: return configuration_profile(anchor);
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

std::array<Word, 6> words_of(const AnchorFacts& facts, std::string file) {
  return {Word{"@file@", std::move(file)},
          Word{"@name@", printable(facts.name)},
          Word{"@fingerprint@", facts.fingerprint},
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

}  // namespace

TrustKit make_trust_kit(const TrustTarget& target, const crypto::Certificate& anchor,
                        std::string_view file_name) {
  const AnchorFacts facts = facts_of(anchor);
  TrustKit kit{&target,
               std::string(file_name.empty() ? target.file_name : file_name),
               content_of(target.form, anchor, facts),
               {}};
  const auto in_text = words_of(facts, printable(kit.file_name));
  const auto in_command = words_of(facts, file_word(target, kit.file_name));
  for (const TrustingStep& step : target.steps) {
    kit.steps.push_back({worded(step.text, in_text), worded(step.command, in_command)});
  }
  return kit;
}

std::string steps_text(const TrustKit& kit) {
  std::string out = fmt::format("{} ({})\n\n", kit.target->title, printable(kit.file_name));
  int number = 0;
  for (const WordedStep& step : kit.steps) {
    out += fmt::format("{:>3}. {}\n", ++number, step.text);
    if (!step.command.empty()) out += indented(step.command);
    out += '\n';
  }
  return out;
}

}  // namespace gatehouse::certs
