// What is read is written and read again as the very same message, whichever the text was; and a
// text that is taken has one meaning: the strict look at it agrees with the library that converts.
#include <cstdint>
#include <cstdlib>
#include <google/protobuf/util/message_differencer.h>
#include <string>
#include <string_view>

#include "api/connect.h"
#include "api/json.h"
#include "api/messages.h"

namespace gatehouse::api {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

template <class Message>
void check(std::string_view text) {
  Message message;
  if (!from_json(text, message)) {
    require(message.ByteSizeLong() == 0);
    return;
  }
  const std::string json = to_json(message);
  Message again;
  require(from_json(json, again).has_value());
  // Not the texts: a map has no order.
  require(google::protobuf::util::MessageDifferencer::Equals(message, again));
}

void check_envelopes(std::string_view bytes) {
  while (true) {
    const auto envelope = read_envelope(bytes, 1000);
    if (!envelope || !*envelope) return;
    require((*envelope)->size == kEnvelopeHead + (*envelope)->data.size());
    require(bytes.starts_with(gatehouse::api::envelope((*envelope)->flags, (*envelope)->data)));
    bytes.remove_prefix((*envelope)->size);
  }
}

}  // namespace
}  // namespace gatehouse::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::api;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check<ChangeRequest>(text);
  check<Configuration>(text);
  check_envelopes(text);
  (void)read_error(text, 500);
  (void)read_end_of_stream(text);
  return 0;
}
