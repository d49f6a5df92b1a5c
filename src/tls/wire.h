#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace gatehouse::tls {

class TlsStream;

// The ciphertext buffers of one thread, shared by all its connections: one recv fills `in`, one
// send empties `out`. Between two calls of a stream `out` is empty; what is left in `in` belongs
// to `owner` until another stream needs the buffer.
class Wire {
 public:
  static constexpr std::size_t kSize = 64 * 1024;

  Wire() : in_(new char[kSize]), out_(new char[kSize]) {}

 private:
  friend class TlsStream;

  std::unique_ptr<char[]> in_;
  std::unique_ptr<char[]> out_;
  TlsStream* owner_ = nullptr;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::size_t out_size_ = 0;
};

}  // namespace gatehouse::tls
