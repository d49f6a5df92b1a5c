// Content is the same however its bytes arrive, and framed anew it is the same again. The first
// byte of the input tells the framing, the second how it is cut.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/fuzzing.h"
#include "http/h1_body.h"
#include "http/h1_writer.h"

namespace gatehouse::http {
namespace {

using fuzzing::require;

struct Decoded {
  std::string content;
  std::string trailers;
  std::size_t consumed = 0;
  bool done = false;
  std::string_view wrong;
};

std::string written_trailers(const BodyDecoder& decoder) {
  if (decoder.trailers() == nullptr) return std::string(kLastChunk);
  std::string out(kLastChunk.size() + decoder.trailers()->wire_size(), '#');
  require(write_last_chunk(out, *decoder.trailers()) == out.size());
  return out;
}

// In pieces of `step` bytes, growing by one each time when `step` is odd.
Decoded decode(BodyLength length, std::string text, std::size_t step) {
  BodyDecoder decoder(length);
  Decoded out;
  for (std::size_t at = 0; at < text.size() && !decoder.done(); step += step % 2) {
    const std::size_t size = std::min(step, text.size() - at);
    const auto result = decoder.decode(std::span(text).subspan(at, size));
    if (!result) {
      out.wrong = result.error().what;
      return out;
    }
    require(result->consumed == size || result->done);
    require(result->data.size() <= result->consumed);
    out.content.append(result->data.begin(), result->data.end());
    out.consumed += result->consumed;
    at += size;
  }
  out.done = decoder.done();
  out.trailers = written_trailers(decoder);
  return out;
}

BodyLength length_of(std::uint8_t choice) {
  switch (choice % 8) {
    case 0: return BodyLength::exact(choice);
    case 1: return BodyLength::until_close();
    case 2: return BodyLength::none();
    default: return BodyLength::chunked();
  }
}

void check_same(const Decoded& a, const Decoded& b) {
  require(a.wrong == b.wrong);
  if (!a.wrong.empty()) return;
  require(a.content == b.content && a.trailers == b.trailers);
  require(a.consumed == b.consumed && a.done == b.done);
}

void check_framed_anew(const Decoded& body) {
  std::string wire;
  if (!body.content.empty()) {
    wire.assign(kChunkPrefix, '#');
    wire.erase(0, kChunkPrefix - chunk_prefix(wire.data() + kChunkPrefix, body.content.size()));
    wire.append(body.content).append(kChunkSuffix);
  }
  wire += body.trailers;
  const Decoded again = decode(BodyLength::chunked(), wire, wire.size());
  require(again.wrong.empty() && again.done && again.consumed == wire.size());
  require(again.content == body.content && again.trailers == body.trailers);
}

}  // namespace
}  // namespace gatehouse::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::http;
  if (size < 2) return 0;
  const BodyLength length = length_of(data[0]);
  const std::string text(reinterpret_cast<const char*>(data + 2), size - 2);
  const Decoded whole = decode(length, text, std::max<std::size_t>(text.size(), 1));
  check_same(decode(length, text, data[1] % 64U + 1), whole);
  check_same(decode(length, text, 1), whole);
  if (whole.wrong.empty() && whole.done) check_framed_anew(whole);
  return 0;
}
