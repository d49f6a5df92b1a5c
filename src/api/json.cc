#include "api/json.h"

#include <algorithm>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <fmt/format.h>

#include "api/json_check.h"
#include "base/json_text.h"

namespace gatehouse::api {
namespace {

std::string place(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto start = before.rfind('\n');
  const auto column = start == before.npos ? at + 1 : at - start;
  return fmt::format("line {}, column {}", line, column);
}

std::unexpected<Error> refuse(std::string what) {
  return fail(Fault::client, std::move(what), ErrorKind::usage);
}

constexpr char kTypes[] = "gatehouse";

// The binary form with maps in the order of their keys, and not of a hash.
std::string in_order(const google::protobuf::Message& message) {
  std::string binary;
  google::protobuf::io::StringOutputStream stream(&binary);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  (void)message.SerializePartialToCodedStream(&coded);
  coded.Trim();
  return binary;
}

}  // namespace

std::string to_json(const google::protobuf::Message& message) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  const std::unique_ptr<google::protobuf::util::TypeResolver> types(
      google::protobuf::util::NewTypeResolverForDescriptorPool(kTypes, type.file()->pool()));
  std::string out;
  // Fails for messages of the type Any only, which this schema does not have.
  (void)google::protobuf::util::BinaryToJsonString(
      types.get(), fmt::format("{}/{}", kTypes, type.full_name()), in_order(message), &out);
  return out;
}

Result<Ok> from_json(std::string_view text, google::protobuf::Message& message,
                     UnknownFields unknown) {
  message.Clear();
  if (text.empty()) return Ok{};
  if (const auto fault = check_json(text, kMostJsonDepth, *message.GetDescriptor())) {
    return refuse(fmt::format("The JSON {} ({}).", printable(fault->what), place(text, fault->at)));
  }
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = unknown == UnknownFields::ignored;
  const auto status =
      google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &message, options);
  if (status.ok()) return Ok{};
  message.Clear();
  return refuse(fmt::format("The JSON is no {}: {}.", message.GetDescriptor()->full_name(),
                            printable(status.message().ToString())));
}

}  // namespace gatehouse::api
