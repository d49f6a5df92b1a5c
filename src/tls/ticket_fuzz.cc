#include <cstdlib>

#include <openssl/err.h>

#include "tls/ticket_keys.h"

// Any bytes as a ticket, and any bytes in a ticket. The seed is fixed, so that a ticket of the
// corpus opens. The first byte chooses the hour and what is changed.
namespace {

using namespace gatehouse;

void require(bool holds) {
  if (!holds) std::abort();
}

void open_anything(tls::TicketKeys& keys, ByteView ticket) {
  Bytes out(ticket.size());
  const std::size_t opened = keys.open(out, ticket, as_bytes("a"));
  require(opened == 0 || opened + tls::TicketKeys::kOverhead == ticket.size());
  require(ERR_peek_error() == 0);
}

void seal_and_open(tls::TicketKeys& keys, ByteView text, std::uint8_t change) {
  Bytes ticket(text.size() + tls::TicketKeys::kOverhead);
  require(keys.seal(ticket, text, as_bytes("a")) == ticket.size());
  Bytes out(ticket.size());
  const std::size_t opened = keys.open(out, ticket, as_bytes("a"));
  require(opened == text.size() && std::ranges::equal(ByteView(out).first(opened), text));
  ticket[change % ticket.size()] ^= static_cast<std::uint8_t>(1 << change % 8);
  require(keys.open(out, ticket, as_bytes("a")) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  FakeClock clock;
  tls::TicketKeys keys(tls::TicketSeed{.start = clock.wall()}, clock);
  clock.advance(std::chrono::minutes(data[0] & 0x7f));
  open_anything(keys, {data + 1, size - 1});
  seal_and_open(keys, {data + 1, size - 1}, data[0]);
  return 0;
}
