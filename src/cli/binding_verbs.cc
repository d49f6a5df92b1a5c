#include <array>

#include "base/address.h"
#include "cli/common_flags.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

constexpr std::array kBindingFlags{
    Flag<AddBinding>{
        "--site", "SITE",
        "The site whose requests arrive there; the one that has the name unless "
        "said.",
        [](AddBinding& binding, Text text) { return assign(binding.site, text, parse_text); }},
    profile_flag<AddBinding>(),
    owner_flag<AddBinding>("Who owns it; bindings are listed and removed by owner."),
};

constexpr auto kAddFlags =
    join(certificate_flags<AddBinding>(), kBindingFlags, change_flags<AddBinding>());

// The parts around the last colon.
struct HostAndPort {
  std::string_view host;
  std::uint16_t port;
};

Result<HostAndPort> split_endpoint(Text text) {
  const auto colon = text.rfind(':');
  const auto digits = colon == Text::npos ? Text{} : text.substr(colon + 1);
  const auto port = parse_number(digits);
  if (!port || *port == 0 || *port > 65535) {
    return usage_error(fmt::format(
        "\"{}\" is no endpoint. Write NAME:PORT, as files.example.com:443, or ADDRESS:PORT, as "
        "10.0.0.5:8443 or [fd00::5]:8443.",
        printable(text)));
  }
  return HostAndPort{text.substr(0, colon), static_cast<std::uint16_t>(*port)};
}

Result<std::string> parse_endpoint(Text text) {
  auto parts = split_endpoint(text);
  if (!parts) return pass_on(parts);
  auto host = NamePattern::parse(parts->host);
  if (!host) return pass_on(host);
  return fmt::format("{}{}:{}", host->wildcard() ? "*." : "", host->base().url_host(), parts->port);
}

Result<Ok> take_binding(AddBinding& binding, Arguments operands) {
  binding.name = operands.front();
  for (const std::string& endpoint : operands.subspan(1)) {
    auto done = append(binding.endpoints, endpoint, parse_endpoint);
    if (!done) return at("ENDPOINT", std::move(done.error()), ErrorKind::usage);
  }
  return Ok{};
}

Result<Ok> finish_add(AddBinding& binding, const Environment& environment) {
  if (auto fits = check_certificates(binding.certificate, binding.second_certificate); !fits)
    return fits;
  return finish_connection(binding, environment);
}

// `NAME`, `NAME:PORT`, `:PORT` (a client that sends no name).
Result<Ok> take_question(ExplainBinding& question, Arguments operands) {
  const Text text = operands.front();
  const bool has_port = text.find(':') != Text::npos && !text.ends_with(']');
  Text host = text;
  if (has_port) {
    auto parts = split_endpoint(text);
    if (!parts) return at("NAME[:PORT]", std::move(parts.error()), ErrorKind::usage);
    question.port = parts->port;
    host = parts->host;
  }
  if (host.empty()) return Ok{};
  auto name = ServerName::parse(host);
  if (!name) return at("NAME[:PORT]", std::move(name.error()), ErrorKind::usage);
  // Clients send no address as a name (RFC 6066 section 3).
  (name->is_address() ? question.address : question.name) = name->text();
  return Ok{};
}

constexpr auto kExplainFlags =
    join(std::array{Flag<ExplainBinding>{
             "--at", "ADDRESS",
             "As a client sees it that connected to this address; any unless "
             "said.",
             [](ExplainBinding& question, Text text) -> Result<Ok> {
               auto address = IpAddress::parse(text);
               if (!address) return pass_on(address);
               question.address = address->text();
               return Ok{};
             }}},
         connection_flags<ExplainBinding>());

constexpr auto kListFlags =
    join(std::array{owner_flag<ListBindings>("Only what belongs to this owner.")},
         connection_flags<ListBindings>());
constexpr auto kRemoveFlags =
    join(std::array{owner_flag<RemoveBinding>("All that belongs to this owner, its sites too.")},
         change_flags<RemoveBinding>());

Result<Ok> take_name(RemoveBinding& binding, Arguments operands) {
  if (!operands.empty()) binding.name = operands.front();
  return Ok{};
}

Result<Ok> finish_remove(RemoveBinding& binding, const Environment& environment) {
  if (binding.name.empty() == binding.owner.empty()) {
    return usage_error(
        "Say which binding to remove, by its name or with --owner all of an owner: gatehouse "
        "binding remove NAME.");
  }
  return finish_connection(binding, environment);
}

constexpr Grammar<AddBinding> kAdd{kAddFlags, take_binding, finish_add};
constexpr Grammar<ListBindings> kList{kListFlags, nullptr, finish_connection};
constexpr Grammar<ExplainBinding> kExplain{kExplainFlags, take_question, finish_connection};
constexpr Grammar<RemoveBinding> kRemove{kRemoveFlags, take_name, finish_remove};

constexpr std::array kRows{
    Verb{"binding", "add", "NAME ENDPOINT...", "let a certificate answer at endpoints",
         "One certificate for one or several endpoints: by server name (SNI) as "
         "files.example.com:443, or by address as 10.0.0.5:8443, which answers whatever name the "
         "client sends. NAME is the binding's own. Without --certificate the default identity "
         "answers.",
         "gatehouse binding add pbx --certificate pbx pbx.example.com:443 pbx.example.com:8443\n"
         "gatehouse binding add old --certificate old.crt --key old.key old.example.com:443\n"
         "gatehouse binding add lan --site files.example.com --owner filesrv 10.0.0.5:8443",
         flags_of<kAdd>, parse_by<kAdd>},
    Verb{"binding", "list", "", "which certificate answers where", "",
         "gatehouse binding list\ngatehouse binding list --owner filesrv", flags_of<kList>,
         parse_by<kList>},
    Verb{"binding", "explain", "NAME[:PORT]", "who answers for a name, and why",
         "Says which certificate and which site a client gets that asks for the name at the port "
         "(443 unless said), and the reasons in the order of the decision. :PORT alone is a client "
         "that sends no name.",
         "gatehouse binding explain files.example.com\n"
         "gatehouse binding explain files.example.com:8443 --at 10.0.0.5\n"
         "gatehouse binding explain :443",
         flags_of<kExplain>, parse_by<kExplain>},
    Verb{"binding", "remove", "[NAME]", "remove a binding, or all of an owner", "",
         "gatehouse binding remove pbx\ngatehouse binding remove --owner filesrv",
         flags_of<kRemove>, parse_by<kRemove>}};

}  // namespace

std::span<const Verb> binding_rows() { return kRows; }

}  // namespace gatehouse::cli
