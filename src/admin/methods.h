#pragma once

#include <span>
#include <string>
#include <string_view>

#include "admin/desks.h"
#include "admin/request.h"
#include "base/result.h"
#include "control/control_plane.h"
#include "io/task.h"

namespace gatehouse::admin {

// A message of a call as it came, or as it goes.
struct Encoded {
  Codec codec = Codec::json;
  std::string bytes;
};

Result<Ok> decode(const Encoded& encoded, google::protobuf::Message& message);
std::string encode(Codec codec, const google::protobuf::Message& message);

// One method of the API: who may call it, and what it does with a message. A stream has no handler:
// it is served by EventStream.
struct Method {
  using Handler = io::Task<Result<std::string>> (*)(Desks desks, Encoded request,
                                                    control::Caller caller);

  std::string_view name;  // gatehouse.v1.SiteService/List
  control::Role role;     // the least that will do
  Handler handler;

  bool streams() const { return handler == nullptr; }
};

// Every method of the services of api/.
std::span<const Method> methods();
// By its name; nullptr if there is none.
const Method* find_method(std::string_view name);

}  // namespace gatehouse::admin
