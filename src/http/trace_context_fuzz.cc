#include <cstdint>
#include <cstdlib>

#include "http/trace_context.h"

// Whatever a client sends: an id that is found is one, and a part of what was sent.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::http;
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const std::string_view id = trace_id_of(value);
  if (id.empty()) return 0;
  if (id.size() != 32 || id.data() != value.data() + 3) std::abort();
  const Traceparent again = make_traceparent(id, "00f067aa0ba902b7");
  if (trace_id_of({again.data(), again.size()}) != id) std::abort();
  return 0;
}
