#include "tls/stream_bio.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "tls/stream.h"

namespace gatehouse::tls {

const BIO_METHOD* StreamBio::method() {
  // The library keeps a pointer to it in every BIO: made once, never freed, never changed.
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gatehouse stream");
    BIO_meth_set_read(m, &StreamBio::read);
    BIO_meth_set_write(m, &StreamBio::write);
    BIO_meth_set_ctrl(m, &StreamBio::control);
    BIO_meth_set_create(m, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return m;
  }();
  return made;
}

bool StreamBio::attach(TlsStream& stream, SSL* connection) {
  BIO* bio = BIO_new(method());
  if (bio == nullptr) return false;
  BIO_set_data(bio, &stream);
  SSL_set_bio(connection, bio, bio);
  return true;
}

int StreamBio::read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  const int got =
      static_cast<TlsStream*>(BIO_get_data(bio))->take_in({into, static_cast<std::size_t>(size)});
  if (got < 0) BIO_set_retry_read(bio);
  return got;
}

int StreamBio::write(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  return static_cast<TlsStream*>(BIO_get_data(bio))
      ->put_out({from, static_cast<std::size_t>(size)});
}

long StreamBio::control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;  // flushing is the stream's decision
}

}  // namespace gatehouse::tls
