#include "admin/methods.h"

#include <algorithm>
#include <array>

#include "admin/services.h"
#include "api/json.h"

namespace gatehouse::admin {
namespace {

using control::Role;

// What a function of services.h takes and gives.
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

template <auto kFunction>
io::Task<Result<std::string>> reading(ControlPlane& plane, Encoded encoded, Caller /*caller*/) {
  typename Shape<decltype(kFunction)>::Request request;
  if (auto read = decode(encoded, request); !read) co_return pass_on(read);
  auto answer = kFunction(plane, request);
  if (!answer) co_return pass_on(answer);
  co_return encode(encoded.codec, *answer);
}

template <auto kFunction>
io::Task<Result<std::string>> changing(ControlPlane& plane, Encoded encoded, Caller caller) {
  typename Shape<decltype(kFunction)>::Request request;
  if (auto read = decode(encoded, request); !read) co_return pass_on(read);
  auto answer = co_await kFunction(plane, std::move(request), std::move(caller));
  if (!answer) co_return pass_on(answer);
  co_return encode(encoded.codec, *answer);
}

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
    Method{"gatehouse.v1.CertificateService/List", Role::reader,
           reading<&certificate_service::list>},
    Method{"gatehouse.v1.StatusService/Get", Role::reader, reading<&status_service::get>},
    Method{"gatehouse.v1.ProgramService/Upgrade", Role::administrator,
           changing<&program_service::upgrade>},
    Method{"gatehouse.v1.EventService/Watch", Role::reader, nullptr},
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
