#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "cli/access_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = gatehouse::cli::AccessLine::parse({reinterpret_cast<const char*>(data), size});
  // Whatever a client sent, a terminal gets one line of text.
  if (!line) return 0;
  for (const char c : line->text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) std::abort();
  }
  return 0;
}
