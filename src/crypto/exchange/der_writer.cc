#include "crypto/exchange/der_writer.h"

namespace gatehouse::crypto {

void DerWriter::element(CBS_ASN1_TAG tag, ByteView content) {
  CBB inner;
  done(CBB_add_asn1(out_, &inner, tag));
  done(CBB_add_bytes(&inner, content.data(), content.size()));
  done(CBB_flush(out_));
}

void DerWriter::object_id(std::string_view dotted) {
  CBB inner;
  done(CBB_add_asn1(out_, &inner, CBS_ASN1_OBJECT));
  done(CBB_add_asn1_oid_from_text(&inner, dotted.data(), dotted.size()));
  done(CBB_flush(out_));
}

void DerWriter::number(std::uint64_t value) { done(CBB_add_asn1_uint64(out_, value)); }

void DerWriter::whole(ByteView element) {
  done(CBB_add_bytes(out_, element.data(), element.size()));
}

}  // namespace gatehouse::crypto
