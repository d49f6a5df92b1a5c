#include "admin/methods.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "admin/services.h"
#include "api/json.h"

namespace gatehouse::admin {
namespace {

using control::Role;

// What a function takes and gives.
template <class Function>
struct Shape;
template <class Answer, class Asked>
struct Shape<Result<Answer> (*)(const ControlPlane&, const Asked&)> {
  using Request = Asked;
};
template <class Answer, class Asked>
struct Shape<io::Task<Result<Answer>> (*)(ControlPlane&, Asked, Caller)> {
  using Request = Asked;
};
template <class Answer, class Asked>
struct Shape<io::Task<Result<Answer>> (*)(Desks, Asked, Caller)> {
  using Request = Asked;
};
template <class AnyDesk, class Answer, class Asked>
struct Shape<io::Task<Result<Answer>> (AnyDesk::*)(Asked, Caller)> {
  using Request = Asked;
  using Desk = AnyDesk;
};

// Reads the request; what it was written in is wiped, since it may hold secrets.
template <class Request>
Result<Request> read(Encoded& encoded) {
  Request request;
  auto done = decode(encoded, request);
  explicit_bzero(encoded.bytes.data(), encoded.bytes.size());
  if (!done) return pass_on(done);
  return request;
}

template <auto kFunction>
io::Task<Result<std::string>> reading(Desks desks, Encoded encoded, Caller /*caller*/) {
  auto request = read<typename Shape<decltype(kFunction)>::Request>(encoded);
  if (!request) co_return pass_on(request);
  auto answer = kFunction(desks.plane, *request);
  if (!answer) co_return pass_on(answer);
  co_return encode(encoded.codec, *answer);
}

template <auto kFunction>
io::Task<Result<std::string>> changing(Desks desks, Encoded encoded, Caller caller) {
  auto request = read<typename Shape<decltype(kFunction)>::Request>(encoded);
  if (!request) co_return pass_on(request);
  auto answer = co_await kFunction(desks.plane, std::move(*request), std::move(caller));
  if (!answer) co_return pass_on(answer);
  co_return encode(encoded.codec, *answer);
}

template <auto kFunction>
io::Task<Result<std::string>> by_all(Desks desks, Encoded encoded, Caller caller) {
  auto request = read<typename Shape<decltype(kFunction)>::Request>(encoded);
  if (!request) co_return pass_on(request);
  auto answer = co_await kFunction(desks, std::move(*request), std::move(caller));
  if (!answer) co_return pass_on(answer);
  co_return encode(encoded.codec, *answer);
}

// The second argument says which one is wanted.
control::CertificateDesk* of_kind(const Desks& desks, control::CertificateDesk* /*wanted*/) {
  return desks.certificates;
}
control::AuthorityDesk* of_kind(const Desks& desks, control::AuthorityDesk* /*wanted*/) {
  return desks.authorities;
}

template <class Desk>
Result<Desk*> desk(const Desks& desks) {
  if (Desk* wanted = of_kind(desks, static_cast<Desk*>(nullptr))) return wanted;
  return fail_for_now(Fault::machine,
                      "The certificate store is not open. See gatehouse logs or the journal for "
                      "the reason.",
                      ErrorKind::unreachable);
}

template <auto kMethod>
io::Task<Result<std::string>> at_desk(Desks desks, Encoded encoded, Caller caller) {
  using Desk = typename Shape<decltype(kMethod)>::Desk;
  auto request = read<typename Shape<decltype(kMethod)>::Request>(encoded);
  if (!request) co_return pass_on(request);
  auto own = desk<Desk>(desks);
  if (!own) co_return pass_on(own);
  auto answer = co_await ((*own)->*kMethod)(std::move(*request), std::move(caller));
  if (!answer) co_return pass_on(answer);
  co_return encode(encoded.codec, *answer);
}

using control::AuthorityDesk;
using control::CertificateDesk;
namespace configuration = configuration_service;

constexpr std::array kMethods{
    Method{"gatehouse.v1.ConfigurationService/Get", Role::reader, reading<&configuration::get>},
    Method{"gatehouse.v1.ConfigurationService/Validate", Role::reader,
           reading<&configuration::validate>},
    Method{"gatehouse.v1.ConfigurationService/Change", Role::administrator,
           changing<&configuration::change>},
    Method{"gatehouse.v1.ConfigurationService/Reload", Role::administrator,
           changing<&configuration::reload>},
    Method{"gatehouse.v1.ConfigurationService/Rollback", Role::administrator,
           changing<&configuration::rollback>},
    Method{"gatehouse.v1.ConfigurationService/History", Role::reader,
           reading<&configuration::history>},
    Method{"gatehouse.v1.ConfigurationService/Export", Role::reader,
           reading<&configuration::export_yaml>},
    Method{"gatehouse.v1.SiteService/List", Role::reader, reading<&site_service::list>},
    Method{"gatehouse.v1.BindingService/List", Role::reader, reading<&binding_service::list>},
    Method{"gatehouse.v1.BindingService/Explain", Role::reader, reading<&binding_service::explain>},
    Method{"gatehouse.v1.ListenerService/List", Role::reader, reading<&listener_service::list>},
    Method{"gatehouse.v1.UpstreamService/List", Role::reader, reading<&upstream_service::list>},
    Method{"gatehouse.v1.StatusService/Get", Role::reader, reading<&status_service::get>},
    Method{"gatehouse.v1.ProgramService/Upgrade", Role::administrator,
           changing<&program_service::upgrade>},
    Method{"gatehouse.v1.TrustService/Show", Role::reader, changing<&trust_service::show>},
    Method{"gatehouse.v1.TrustService/OpenPage", Role::administrator,
           changing<&trust_service::open_page>},
    Method{"gatehouse.v1.TrustService/ClosePage", Role::administrator,
           changing<&trust_service::close_page>},
    Method{"gatehouse.v1.EventService/Watch", Role::reader, nullptr},
    Method{"gatehouse.v1.AuthorityService/List", Role::reader, at_desk<&AuthorityDesk::list>},
    Method{"gatehouse.v1.AuthorityService/Get", Role::reader, at_desk<&AuthorityDesk::get>},
    Method{"gatehouse.v1.AuthorityService/Init", Role::administrator,
           at_desk<&AuthorityDesk::init>},
    Method{"gatehouse.v1.AuthorityService/Issue", Role::administrator,
           at_desk<&AuthorityDesk::issue>},
    Method{"gatehouse.v1.AuthorityService/Rotate", Role::administrator,
           at_desk<&AuthorityDesk::rotate>},
    Method{"gatehouse.v1.AuthorityService/Trust", Role::administrator,
           at_desk<&AuthorityDesk::trust>},
    Method{"gatehouse.v1.AuthorityService/Revoke", Role::administrator,
           at_desk<&AuthorityDesk::revoke>},
    Method{"gatehouse.v1.AuthorityService/Crl", Role::reader, at_desk<&AuthorityDesk::crl>},
    Method{"gatehouse.v1.AuthorityService/Detach", Role::administrator,
           at_desk<&AuthorityDesk::detach>},
    Method{"gatehouse.v1.AuthorityService/Attach", Role::administrator,
           at_desk<&AuthorityDesk::attach>},
    Method{"gatehouse.v1.CertificateService/List", Role::reader,
           by_all<&certificate_service::list>},
    Method{"gatehouse.v1.CertificateService/Get", Role::reader, at_desk<&CertificateDesk::get>},
    Method{"gatehouse.v1.CertificateService/History", Role::reader,
           at_desk<&CertificateDesk::history>},
    Method{"gatehouse.v1.CertificateService/Import", Role::administrator,
           at_desk<&CertificateDesk::import>},
    Method{"gatehouse.v1.CertificateService/Create", Role::administrator,
           at_desk<&CertificateDesk::create>},
    Method{"gatehouse.v1.CertificateService/Request", Role::administrator,
           at_desk<&CertificateDesk::request>},
    Method{"gatehouse.v1.CertificateService/Rename", Role::administrator,
           at_desk<&CertificateDesk::rename>},
    Method{"gatehouse.v1.CertificateService/Remove", Role::administrator,
           at_desk<&CertificateDesk::remove>},
    Method{"gatehouse.v1.CertificateService/Export", Role::reader,
           at_desk<&CertificateDesk::export_public>},
    Method{"gatehouse.v1.CertificateService/ExportKey", Role::administrator,
           at_desk<&CertificateDesk::export_key>},
};

}  // namespace

Result<Ok> decode(const Encoded& encoded, google::protobuf::Message& message) {
  if (encoded.codec == Codec::json) return api::from_json(encoded.bytes, message);
  if (message.ParseFromString(encoded.bytes)) return Ok{};
  return fail(Fault::client, "The content is no " + message.GetDescriptor()->full_name() + ".",
              ErrorKind::usage);
}

std::string encode(Codec codec, const google::protobuf::Message& message) {
  return codec == Codec::json ? api::to_json(message) : message.SerializeAsString();
}

std::span<const Method> methods() { return kMethods; }

const Method* find_method(std::string_view name) {
  const auto* found = std::ranges::find(kMethods, name, &Method::name);
  return found == kMethods.end() ? nullptr : found;
}

}  // namespace gatehouse::admin
