#include <cstdlib>

#include "certs/store/history.h"
#include "certs/store/record_codec.h"

namespace {

using namespace gatehouse;

// What was read is written as the same bytes, so nothing has two forms.
void check_same(ByteView read, const Bytes& written) {
  if (as_text(read) != as_text(written)) std::abort();
}

}  // namespace

// The first byte says which kind of value of the store the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView value{data + 1, size - 1};
  switch (data[0] % 3) {
    case 0:
      if (const auto record = certs::decode_record(value)) {
        check_same(value, certs::encode_record(*record));
      }
      break;
    case 1:
      if (const auto summary = certs::decode_summary(value)) {
        check_same(value, certs::encode_summary(*summary));
      }
      break;
    default:
      if (const auto entry = certs::decode_history(value)) {
        check_same(value, certs::encode_history(*entry));
      }
  }
  return 0;
}
