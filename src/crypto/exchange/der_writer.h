#pragma once

#include <cstdint>
#include <new>
#include <string_view>

#include <openssl/bytestring.h>

#include "base/bytes.h"
#include "crypto/handles.h"

namespace gatehouse::crypto {

// Writes DER elements one behind the other. Only a lack of memory can fail, and throws.
class DerWriter {
 public:
  explicit DerWriter(CBB* out) : out_(out) {}

  void element(CBS_ASN1_TAG tag, ByteView content);
  void octets(ByteView content) { element(CBS_ASN1_OCTETSTRING, content); }
  void null() { element(CBS_ASN1_NULL, {}); }
  void object_id(std::string_view dotted);
  void number(std::uint64_t value);
  // An element that is written already.
  void whole(ByteView element);

  // `fill` writes what is inside, into the DerWriter that it gets.
  void inside(CBS_ASN1_TAG tag, auto fill) {
    CBB inner;
    done(CBB_add_asn1(out_, &inner, tag));
    DerWriter writer(&inner);
    fill(writer);
    done(CBB_flush(out_));
  }
  void sequence(auto fill) { inside(CBS_ASN1_SEQUENCE, fill); }
  // In the order that DER wants of a SET OF.
  void set_of(auto fill) {
    CBB inner;
    done(CBB_add_asn1(out_, &inner, CBS_ASN1_SET));
    DerWriter writer(&inner);
    fill(writer);
    done(CBB_flush_asn1_set_of(&inner));
    done(CBB_flush(out_));
  }

 private:
  static void done(int result) {
    if (result != 1) throw std::bad_alloc();
  }

  CBB* out_;
};

// What `fill` writes; wiped, as there may be a key in it.
Secret write_der(auto fill) {
  bssl::ScopedCBB out;
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (CBB_init(out.get(), 1024) != 1) throw std::bad_alloc();
  DerWriter writer(out.get());
  fill(writer);
  if (CBB_finish(out.get(), &bytes, &size) != 1) throw std::bad_alloc();
  const LibraryBytes owned(bytes);
  return Secret(ByteView(bytes, size));
}

}  // namespace gatehouse::crypto
