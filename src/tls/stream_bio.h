#pragma once

#include <openssl/base.h>

namespace gatehouse::tls {

class TlsStream;

// The library's reads and writes arrive at a TlsStream instead of a socket.
class StreamBio {
 public:
  static bool attach(TlsStream& stream, SSL* connection);

 private:
  static int read(BIO* bio, char* into, int size);
  static int write(BIO* bio, const char* from, int size);
  static long control(BIO* bio, int command, long number, void* pointer);
  static const BIO_METHOD* method();
};

}  // namespace gatehouse::tls
