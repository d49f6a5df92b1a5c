#include "io/byte_stream.h"

#include "io/socket.h"

namespace gatehouse::io {
namespace {

std::unexpected<Error> broken(const ByteStream& stream) {
  return fail(Fault::client, stream.failure());
}

std::unexpected<Error> ended(Wake wake) {
  if (wake == Wake::timed_out) return fail(Fault::client, "was too slow", ErrorKind::timed_out);
  return fail(Fault::ours, "was given up because gatehouse stops");
}

}  // namespace

Task<Result<std::size_t>> read_some(ByteStream& stream, std::span<char> into, Deadline deadline) {
  while (true) {
    const IoResult got = stream.read(into);
    if (got.status == IoStatus::ok) co_return got.bytes;
    if (got.status == IoStatus::closed) co_return std::size_t{0};
    if (got.status == IoStatus::failed) co_return broken(stream);
    const Wake wake = co_await stream.socket().readable(deadline);
    if (wake != Wake::ready) co_return ended(wake);
  }
}

Task<Result<Ok>> write_all(ByteStream& stream, std::span<const char> from, Flush flush,
                           std::chrono::nanoseconds patience) {
  IoResult put = stream.write(from, flush);
  while (put.status != IoStatus::ok) {
    if (put.status != IoStatus::would_block) co_return broken(stream);
    from = from.subspan(put.bytes);
    const Wake wake = co_await stream.socket().writable(stream.socket().reactor().in(patience));
    if (wake != Wake::ready) co_return ended(wake);
    put = from.empty() ? stream.flush() : stream.write(from, flush);
  }
  co_return Ok{};
}

}  // namespace gatehouse::io
