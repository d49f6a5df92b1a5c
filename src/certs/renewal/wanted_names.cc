#include "certs/renewal/wanted_names.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gatehouse::certs {
namespace {

using Patterns = std::vector<NamePattern>;

NamePattern pattern_of(const ServerName& name) {
  return NamePattern::parse(name.text()).value();  // a server name is a pattern without a star
}

void add_once(Patterns& patterns, const NamePattern& pattern) {
  if (std::ranges::find(patterns, pattern) == patterns.end()) patterns.push_back(pattern);
}

// The machine's own name comes first: it is what people see as the subject.
Patterns machine_patterns(const MachineNames& machine) {
  Patterns patterns;
  for (const auto& name : {machine.full_name, machine.short_name}) {
    if (name) add_once(patterns, pattern_of(*name));
  }
  for (const auto text : {"localhost", "127.0.0.1", "::1"}) {
    add_once(patterns, NamePattern::parse(text).value());
  }
  for (const ServerName& address : machine.addresses) add_once(patterns, pattern_of(address));
  return patterns;
}

std::vector<std::string> sorted_texts(const Patterns& patterns) {
  std::vector<std::string> texts;
  for (const NamePattern& pattern : patterns) texts.push_back(pattern.text());
  std::ranges::sort(texts);
  return texts;
}

}  // namespace

WantedNames wanted_names(const MachineNames& machine, const Patterns& hosts,
                         const crypto::NameConstraints& permitted) {
  WantedNames wanted;
  for (const NamePattern& name : machine_patterns(machine)) {
    add_once(permitted.permits(name) ? wanted.certified : wanted.left_out, name);
  }
  for (const NamePattern& host : hosts) {
    add_once(permitted.permits(host) ? wanted.certified : wanted.self_signed, host);
  }
  return wanted;
}

bool has_names(const crypto::Identity& identity, const Patterns& names) {
  auto texts = identity.leaf().names().texts();
  std::ranges::sort(texts);
  return texts == sorted_texts(names);
}

std::string joined(const Patterns& names) {
  return fmt::format("{}", fmt::join(sorted_texts(names), ", "));
}

}  // namespace gatehouse::certs
