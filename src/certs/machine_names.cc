#include "certs/machine_names.h"

#include <algorithm>
#include <array>
#include <optional>

namespace gatehouse::certs {
namespace {

using Words = std::vector<std::string_view>;

// The words of a line before its comment.
Words words_of(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  line = line.substr(0, line.find_first_of("#;"));
  Words words;
  while (true) {
    const auto start = line.find_first_not_of(kBlank);
    if (start == std::string_view::npos) return words;
    const auto end = std::min(line.find_first_of(kBlank, start), line.size());
    words.push_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
}

// Calls `use` with the words of each line that has some, until it returns true.
template <class Use>
void for_each_line(std::string_view text, const Use& use) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const Words words = words_of(text.substr(0, end));
    if (!words.empty() && use(words)) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::optional<ServerName> host_name(std::string_view text) {
  auto name = ServerName::parse(text);
  if (!name || name->is_address()) return std::nullopt;
  return std::move(*name);
}

bool is_below(const ServerName& name, const ServerName& host) {
  return name.text().starts_with(host.text() + ".");
}

// The line of /etc/hosts that names this machine often names it in full as well.
std::optional<ServerName> full_name_in_hosts(std::string_view hosts, const ServerName& host) {
  std::optional<ServerName> found;
  for_each_line(hosts, [&](const Words& words) {
    for (const auto word : std::span(words).subspan(1)) {
      auto name = host_name(word);
      if (name && is_below(*name, host)) {
        found = std::move(name);
        return true;
      }
    }
    return false;
  });
  return found;
}

// As in resolv.conf(5): the last `domain` or `search` line counts, of a search its first entry.
std::optional<std::string> search_domain(std::string_view resolv_conf) {
  std::optional<std::string> found;
  for_each_line(resolv_conf, [&](const Words& words) {
    if (words.size() > 1 && (words[0] == "domain" || words[0] == "search")) found = words[1];
    return false;
  });
  return found;
}

std::optional<ServerName> full_name(const MachineSources& sources, const ServerName& node) {
  if (node.text().find('.') != std::string::npos) return node;
  if (auto listed = full_name_in_hosts(sources.hosts, node)) return listed;
  const auto domain = search_domain(sources.resolv_conf);
  if (!domain) return std::nullopt;
  return host_name(node.text() + "." + *domain);
}

// Single labels that no registry sells: networks at home and in companies use them.
bool is_private_label(std::string_view label) {
  constexpr std::array<std::string_view, 11> kPrivate = {
      "local", "lan",  "home",        "internal", "intranet", "private",
      "corp",  "test", "localdomain", "localnet", "domain"};
  return std::ranges::find(kPrivate, label) != kPrivate.end();
}

// May a CA of this machine speak for the whole domain? When in doubt no: only names below the
// machine's own are lost then. Two short labels under a country ("co.uk", "com.au") are shared.
bool is_own_domain(std::string_view domain) {
  constexpr std::size_t kLongestSharedLabel = 4;
  const auto dot = domain.find('.');
  if (dot == std::string_view::npos) return is_private_label(domain);
  const bool two_labels = domain.find('.', dot + 1) == std::string_view::npos;
  const bool country = domain.size() - dot - 1 == 2;
  return !(two_labels && country && dot <= kLongestSharedLabel);
}

std::optional<ServerName> domain_of(const ServerName& full_name) {
  const auto dot = full_name.text().find('.');
  if (dot == std::string::npos) return std::nullopt;
  const std::string domain = full_name.text().substr(dot + 1);
  return is_own_domain(domain) ? host_name(domain) : std::nullopt;
}

std::optional<ServerName> first_label(const ServerName& name) {
  return host_name(name.text().substr(0, name.text().find('.')));
}

// "fd000000000000000000000000000002" -> fd00::2
std::optional<ServerName> address_of_hex(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  std::string text;
  for (std::size_t at = 0; at < hex.size(); at += 4) {
    if (!text.empty()) text += ':';
    text += hex.substr(at, 4);
  }
  auto name = ServerName::parse(text);
  if (!name) return std::nullopt;
  return std::move(*name);
}

bool is_short_lived(std::string_view if_inet6, const ServerName& address) {
  bool temporary = false;
  for_each_line(if_inet6, [&](const Words& words) {
    if (words.size() < 5 || address_of_hex(words[0]) != address) return false;
    constexpr int kTemporary = 0x01;  // IFA_F_TEMPORARY
    temporary = (std::strtol(std::string(words[4]).c_str(), nullptr, 16) & kTemporary) != 0;
    return true;
  });
  return temporary;
}

bool is_reachable_from_outside(const ServerName& address) {
  const std::string_view text = address.text();
  if (address.is_ipv6()) {
    return text != "::1" && text != "::" && !text.starts_with("::ffff:") &&
           !(text.starts_with("fe") && text.size() > 2 &&
             std::string_view("89ab").find(text[2]) != std::string_view::npos);
  }
  return !text.starts_with("127.") && !text.starts_with("169.254.") && text != "0.0.0.0";
}

std::vector<ServerName> useful_addresses(const MachineSources& sources) {
  std::vector<ServerName> useful;
  for (const ServerName& address : sources.interface_addresses) {
    const bool known = std::ranges::find(useful, address) != useful.end();
    if (known || !is_reachable_from_outside(address)) continue;
    if (address.is_ipv6() && is_short_lived(sources.if_inet6, address)) continue;
    useful.push_back(address);
  }
  return useful;
}

}  // namespace

std::string MachineNames::text() const {
  if (full_name) return full_name->text();
  return short_name ? short_name->text() : "localhost";
}

MachineNames machine_names(const MachineSources& sources) {
  MachineNames names;
  names.addresses = useful_addresses(sources);
  const auto node = host_name(sources.node_name);
  if (!node || node->text() == "localhost") return names;
  names.short_name = first_label(*node);
  names.full_name = full_name(sources, *node);
  if (names.full_name) names.domain = domain_of(*names.full_name);
  return names;
}

}  // namespace gatehouse::certs
