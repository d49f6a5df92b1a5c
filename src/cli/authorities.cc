#include "cli/authorities.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/authority_text.h"
#include "cli/certificate_text.h"
#include "cli/lists.h"
#include "cli/questions.h"
#include "cli/small_file.h"

namespace gatehouse::cli {
namespace {

// Asks for a change; prints the answer as JSON, or what `text` makes of it.
template <class Response, class Text>
Result<int> ask_for(const Surroundings& around, const ChangeOptions& options,
                    std::string_view method, const Message& request, Text text) {
  Response response;
  auto done =
      ask(around, options.api, fmt::format("AuthorityService/{}", method), request, response);
  if (!done) return pass_on(done);
  around.console.data(options.api.json ? json_line(response) : text(response));
  return 0;
}

std::string first_line(const ChangeOptions& options, std::string_view done,
                       std::string_view would) {
  return fmt::format("{}\n", options.dry_run ? would : done);
}

std::string root_line(const api::AuthorityRoot& root) {
  return fmt::format("{}\nSHA-256:\n{}\n", printable(root.subject()),
                     thumbprint_text(root.sha256()));
}

}  // namespace

Result<int> init_authority(const InitAuthority& init, const Surroundings& around) {
  api::InitAuthorityRequest request;
  request.set_name(init.name);
  for (const auto& names : init.permitted) request.add_permitted(names);
  request.set_unconstrained(init.unconstrained);
  request.set_key_type(init.key_type);
  request.set_root_days(static_cast<std::uint32_t>(init.root_days));
  request.set_issuer_days(static_cast<std::uint32_t>(init.issuer_days));
  request.set_leaf_days(static_cast<std::uint32_t>(init.certificate_days));
  request.set_dry_run(init.change.dry_run);
  request.set_why(init.change.why);
  return ask_for<api::InitAuthorityResponse>(
      around, init.change, "Init", request, [&](const auto& response) {
        const std::string name = printable(init.name);
        std::string out = first_line(init.change, fmt::format("The CA {} is made.", name),
                                     fmt::format("The CA {} would be made.", name));
        out += notes_text(response.notes());
        if (init.change.dry_run) return out;
        out += "\n" + root_line(response.authority().roots(0));
        out += fmt::format(
            "\nLet devices trust it: gatehouse trust export --ca {0} --for TARGET\n"
            "                      gatehouse trust page --ca {0}\n"
            "Issue certificates:   gatehouse ca issue {0} NAME...\n",
            name);
        return out;
      });
}

Result<int> list_authorities(const ListAuthorities& list, const Surroundings& around) {
  return ask_for<api::ListAuthoritiesResponse>(
      around, {.api = list.api, .why = {}}, "List", api::ListAuthoritiesRequest{},
      [&around](const auto& all) { return authorities_text(all, around.clock.wall()); });
}

Result<int> show_authority(const ShowAuthority& show, const Surroundings& around) {
  api::GetAuthorityRequest request;
  request.set_name(show.name);
  request.set_certificate(show.certificate);
  return ask_for<api::GetAuthorityResponse>(around, {.api = show.api, .why = {}}, "Get", request,
                                            [&](const auto& shown) {
                                              if (show.anchors) return shown.anchors();
                                              if (!show.certificate.empty()) return shown.chain();
                                              return authority_text(shown, around.clock.wall());
                                            });
}

Result<int> rotate_authority(const RotateAuthority& rotate, const Surroundings& around) {
  const auto text = [&](const api::AuthorityRow& row,
                        const google::protobuf::RepeatedPtrField<std::string>& notes) {
    return notes_text(notes) + authority_text(row, around.clock.wall());
  };
  if (rotate.trusted) {
    api::TrustRootRequest request;
    request.set_name(rotate.name);
    request.set_dry_run(rotate.change.dry_run);
    request.set_why(rotate.change.why);
    return ask_for<api::TrustRootResponse>(
        around, rotate.change, "Trust", request,
        [&](const auto& done) { return text(done.authority(), done.notes()); });
  }
  api::RotateAuthorityRequest request;
  request.set_name(rotate.name);
  request.set_issuers(rotate.issuers);
  request.set_dry_run(rotate.change.dry_run);
  request.set_why(rotate.change.why);
  return ask_for<api::RotateAuthorityResponse>(
      around, rotate.change, "Rotate", request,
      [&](const auto& done) { return text(done.authority(), done.notes()); });
}

Result<int> revoke_certificate(const RevokeCertificate& revoke, const Surroundings& around) {
  api::RevokeRequest request;
  request.set_authority(revoke.authority);
  request.set_certificate(revoke.certificate);
  request.set_reason(revoke.reason);
  request.set_dry_run(revoke.change.dry_run);
  request.set_why(revoke.change.why);
  return ask_for<api::RevokeResponse>(
      around, revoke.change, "Revoke", request, [&](const auto& done) {
        const auto& row = done.certificate();
        const std::string which =
            fmt::format("The certificate {} for {}", printable(row.serial()),
                        printable(row.names().empty() ? row.subject() : list_text(row.names())));
        return first_line(revoke.change, which + " is revoked.", which + " would be revoked.") +
               notes_text(done.notes());
      });
}

Result<int> write_revocation_lists(const WriteRevocationLists& write, const Surroundings& around) {
  api::CrlRequest request;
  request.set_authority(write.authority);
  api::CrlResponse response;
  auto done = ask(around, write.api, "AuthorityService/Crl", request, response);
  if (!done) return pass_on(done);
  std::string lists;
  for (const auto& list : response.lists()) lists += list.pem();
  if (!write.out.empty()) {
    auto written = write_small_file(around.here / write.out, lists);
    if (!written) return pass_on(written);
  }
  if (write.api.json) {
    around.console.data(json_line(response));
    return 0;
  }
  if (write.out.empty()) around.console.data(lists);
  for (const auto& list : response.lists()) {
    around.console.talk(fmt::format("{}: list {}, {} revoked, good until {}\n",
                                    printable(list.issuer()), list.number(), list.revoked(),
                                    printable(list.next_update())));
  }
  return 0;
}

}  // namespace gatehouse::cli
