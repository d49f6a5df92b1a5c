#include <cstdlib>

#include "certs/authority/authority.h"
#include "certs/authority/issued.h"
#include "certs/authority/kept_revocation_list.h"

namespace {

using namespace gatehouse;

// What was read is written as the same bytes, so nothing has two forms.
void check_same(ByteView read, const Bytes& written) {
  if (as_text(read) != as_text(written)) std::abort();
}

}  // namespace

// The first byte says which kind of value of an authority the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView value{data + 1, size - 1};
  switch (data[0] % 3) {
    case 0:
      if (const auto authority = certs::decode_authority(value)) {
        check_same(value, certs::encode_authority(*authority));
      }
      break;
    case 1:
      if (const auto issued = certs::decode_issued(value)) {
        check_same(value, certs::encode_issued(*issued));
      }
      break;
    default:
      if (const auto list = certs::decode_revocation_list(value)) {
        check_same(value, certs::encode_revocation_list(*list));
      }
  }
  return 0;
}
