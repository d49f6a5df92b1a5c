#include "tls/stream.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <openssl/err.h>

#include "tls/client_context.h"
#include "tls/handshake_fault.h"
#include "tls/server_context.h"
#include "tls/stream_bio.h"

namespace gatehouse::tls {
namespace {

// What one pass encrypts before it is sent: it fits into the wire with room for the records' heads.
constexpr std::size_t kMostPlain = 48 * 1024;
// What is read ahead of a reader: room for one more record (RFC 8446 section 5.2), so that a client
// whom nobody reads is held back by the kernel and not by memory of ours.
constexpr std::size_t kReadAhead = 5 + 16'384 + 256;

// Ends the tasks of a scope at a point in time.
class Cutoff final : public io::Timer {
 public:
  Cutoff(io::Reactor& reactor, io::Scope& scope, io::Deadline deadline) : scope_(scope) {
    if (!deadline.is_never()) reactor.arm(*this, deadline.time());
  }
  bool passed() const { return passed_; }

 private:
  void expired() override {
    passed_ = true;
    scope_.cancel();
  }

  io::Scope& scope_;
  bool passed_ = false;
};

}  // namespace

TlsStream::TlsStream(io::Reactor& reactor, io::Fd fd, Wire& wire, const ServerContext& context)
    : socket_(reactor, std::move(fd)), wire_(wire), ssl_(SSL_new(context.native())) {
  attach();
  if (ssl_) SSL_set_accept_state(ssl_.get());
}

TlsStream::TlsStream(io::Reactor& reactor, io::Fd fd, Wire& wire, const ClientContext& context,
                     const ServerName& peer)
    : socket_(reactor, std::move(fd)), wire_(wire), ssl_(SSL_new(context.native())) {
  if (ssl_ && !ClientContext::expect(peer, ssl_.get())) ssl_.reset();
  attach();
  if (ssl_) SSL_set_connect_state(ssl_.get());
}

TlsStream::~TlsStream() {
  if (wire_.owner_ == this) wire_.owner_ = nullptr;
}

// Without a library handle (no memory) the stream is broken from the start.
void TlsStream::attach() {
  if (ssl_ && !StreamBio::attach(*this, ssl_.get())) ssl_.reset();
  broken_ = !ssl_;
  if (broken_) return;
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_shed_handshake_config(ssl_.get(), 1);
}

// ------------------------------------------------------------------ the handshake

io::Task<Result<Ok>> TlsStream::handshake(io::Deadline deadline) {
  if (broken_) co_return handshake_error();
  bool started = SSL_is_server(ssl_.get()) == 0;
  bool done = false;
  while (!done || pending_begin_ < pending_.size()) {
    int error = SSL_ERROR_WANT_READ;
    // A server that has heard nothing yet needs no handshake state.
    started = started || has_input();
    if (started && !done) {
      const int result = SSL_do_handshake(ssl_.get());
      done = result == 1;
      error = done ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), result);
      // Everything but a wait is an end: also a close_notify in place of a hello.
      if (!done && error != SSL_ERROR_WANT_READ && !selecting_) note_error();
      (void)flush();  // the alert of an error as well
      if (broken_) co_return handshake_error();
    }
    const io::Wake wake = co_await wait_for_handshake(error, deadline);
    if (wake != io::Wake::ready) co_return handshake_wait_ended(wake);
  }
  co_return Ok{};
}

io::Task<io::Wake> TlsStream::wait_for_handshake(int error, io::Deadline deadline) {
  if (selecting_) co_return co_await wait_for_selection(deadline);
  if (pending_begin_ < pending_.size()) {
    const io::Wake wake = co_await socket_.writable(deadline);
    if (wake == io::Wake::ready) (void)flush();
    co_return wake;
  }
  if (error != SSL_ERROR_WANT_READ || has_input()) co_return io::Wake::ready;
  co_return co_await socket_.readable(deadline);
}

io::Task<io::Wake> TlsStream::wait_for_selection(io::Deadline deadline) {
  io::Scope scope(socket_.reactor());
  const Cutoff cutoff(socket_.reactor(), scope, deadline);
  io::Task<void> selection = std::move(*selecting_);
  selecting_.reset();
  scope.spawn(std::move(selection));
  co_await scope.join();
  if (!scope.cancelled()) co_return io::Wake::ready;
  co_return cutoff.passed() ? io::Wake::timed_out : io::Wake::cancelled;
}

std::unexpected<Error> TlsStream::handshake_wait_ended(io::Wake wake) {
  broken_ = true;
  if (wake == io::Wake::cancelled) {
    fault_ = HandshakeFault::ours;
    return fail(Fault::ours, "gatehouse stops");
  }
  fault_ = HandshakeFault::timed_out;
  reason_ = "the TLS handshake was not finished in time";
  return fail(Fault::client, reason_, ErrorKind::timed_out);
}

std::unexpected<Error> TlsStream::handshake_error() {
  if (fault_ == HandshakeFault::none) fault_ = HandshakeFault::ours;
  return fail(fault_ == HandshakeFault::ours ? Fault::ours : Fault::client, failure());
}

void TlsStream::note_error() {
  broken_ = true;
  const std::uint32_t error = ERR_peek_error();
  if (fault_ == HandshakeFault::none) {
    fault_ = error == 0 ? HandshakeFault::peer_left : classify(error);
  }
  reason_ = error == 0 ? "the peer closed the connection" : describe(error);
  ERR_clear_error();
}

HandshakeInfo TlsStream::info() const {
  HandshakeInfo info;
  info.version = static_cast<std::uint16_t>(SSL_version(ssl_.get()));
  if (const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_.get())) {
    info.cipher_suite = SSL_CIPHER_get_protocol_id(cipher);
  }
  info.group = SSL_get_group_id(ssl_.get());
  info.resumed = SSL_session_reused(ssl_.get()) == 1;
  return info;
}

std::string_view TlsStream::alpn() const {
  const std::uint8_t* data = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

// ------------------------------------------------------------------ plain text

// Half a record is nothing to read: who asks in a loop must come to wait for the rest of it. An end
// stays readable, like that of a socket.
bool TlsStream::may_read() const {
  return broken_ || has_input() || SSL_pending(ssl_.get()) > 0 ||
         (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

io::IoResult TlsStream::read(std::span<char> into) {
  const io::IoResult got = decrypt(into);
  // Reading may have made an alert; left in the wire, another stream would send it.
  if (wire_.out_size_ > 0) (void)flush();
  return got;
}

io::IoResult TlsStream::decrypt(std::span<char> into) {
  std::size_t total = 0;
  wanted_ = into.size();
  while (total < into.size() && !broken_ && may_read()) {
    const std::span<char> rest = into.subspan(total);
    const int got = SSL_read(ssl_.get(), rest.data(), static_cast<int>(rest.size()));
    if (got <= 0) return after_failure(got, total);
    total += static_cast<std::size_t>(got);
  }
  if (total > 0) return {io::IoStatus::ok, total};
  return {broken_ ? io::IoStatus::failed : io::IoStatus::would_block};
}

// What came before the failure counts; the failure itself shows again at the next call.
io::IoResult TlsStream::after_failure(int result, std::size_t bytes) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_ZERO_RETURN) note_error();
  if (bytes > 0) return {io::IoStatus::ok, bytes};
  if (error == SSL_ERROR_WANT_READ) return {io::IoStatus::would_block};
  return {error == SSL_ERROR_ZERO_RETURN ? io::IoStatus::closed : io::IoStatus::failed};
}

io::IoResult TlsStream::write(std::span<const char> from, io::Flush flush_mode) {
  std::size_t taken = 0;
  while (true) {
    if (broken_) return {io::IoStatus::failed, taken};
    if (!send_pending()) return {broken_ ? io::IoStatus::failed : io::IoStatus::would_block, taken};
    const std::size_t part = std::min(from.size() - taken, kMostPlain);
    if (part > 0) {
      const int put = SSL_write(ssl_.get(), from.data() + taken, static_cast<int>(part));
      if (put <= 0) {
        note_error();
        continue;
      }
      taken += static_cast<std::size_t>(put);
    }
    const bool all = taken == from.size();
    if (all && flush_mode == io::Flush::last) SSL_shutdown(ssl_.get());
    if (!send_wire()) return {broken_ ? io::IoStatus::failed : io::IoStatus::would_block, taken};
    if (all) return {io::IoStatus::ok, taken};
  }
}

io::IoResult TlsStream::flush() {
  const bool sent = send_pending() && send_wire();
  if (sent) return {io::IoStatus::ok};
  return {broken_ ? io::IoStatus::failed : io::IoStatus::would_block};
}

void TlsStream::close_write() {
  if (broken_ || SSL_in_init(ssl_.get()) != 0) return;
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
  (void)flush();
}

std::string TlsStream::failure() const {
  return reason_.empty() ? io::describe_peer_error(socket_.error()) : reason_;
}

void TlsStream::answer_plainly(std::string_view text) {
  if (socket_.can_write()) (void)socket_.send({text.data(), text.size()});
}

// ------------------------------------------------------------------ ciphertext

bool TlsStream::has_input() const {
  return stash_begin_ < stash_.size() ||
         (wire_.owner_ == this && wire_.in_begin_ < wire_.in_end_) || socket_.can_read();
}

int TlsStream::take_in(std::span<char> into) {
  if (stash_begin_ < stash_.size()) {
    const std::size_t part = std::min(into.size(), stash_.size() - stash_begin_);
    std::memcpy(into.data(), stash_.data() + stash_begin_, part);
    stash_begin_ += part;
    if (stash_begin_ == stash_.size()) {
      std::string().swap(stash_);
      stash_begin_ = 0;
    }
    return static_cast<int>(part);
  }
  if (wire_.owner_ != this || wire_.in_begin_ == wire_.in_end_) {
    if (!socket_.can_read()) return -1;
    displace_owner();
    const io::IoResult got =
        socket_.recv({wire_.in_.get(), std::min(Wire::kSize, wanted_ + kReadAhead)});
    if (got.status == io::IoStatus::would_block) return -1;
    if (got.status != io::IoStatus::ok) return 0;
    wire_.in_end_ = got.bytes;
  }
  const std::size_t part = std::min(into.size(), wire_.in_end_ - wire_.in_begin_);
  std::memcpy(into.data(), wire_.in_.get() + wire_.in_begin_, part);
  wire_.in_begin_ += part;
  return static_cast<int>(part);
}

// Takes the wire; what another stream has not used yet goes with that stream.
void TlsStream::displace_owner() {
  if (wire_.owner_ != nullptr && wire_.owner_ != this && wire_.in_begin_ < wire_.in_end_) {
    wire_.owner_->stash_.append(wire_.in_.get() + wire_.in_begin_, wire_.in_end_ - wire_.in_begin_);
  }
  wire_.owner_ = this;
  wire_.in_begin_ = wire_.in_end_ = 0;
}

int TlsStream::put_out(std::span<const char> from) {
  if (wire_.out_size_ + from.size() > Wire::kSize && !send_wire()) {
    // The kernel is full: what comes now queues behind.
  }
  if (pending_begin_ < pending_.size() || from.size() > Wire::kSize) {
    if (wire_.out_size_ > 0) (void)send_wire();
    pending_.append(from.data(), from.size());
  } else {
    std::memcpy(wire_.out_.get() + wire_.out_size_, from.data(), from.size());
    wire_.out_size_ += from.size();
  }
  return static_cast<int>(from.size());
}

bool TlsStream::send_pending() {
  while (pending_begin_ < pending_.size()) {
    const io::IoResult sent =
        socket_.send({pending_.data() + pending_begin_, pending_.size() - pending_begin_});
    if (sent.status == io::IoStatus::failed) broken_ = true;
    if (sent.status != io::IoStatus::ok) return false;
    pending_begin_ += sent.bytes;
  }
  if (!pending_.empty()) {
    std::string().swap(pending_);
    pending_begin_ = 0;
  }
  return true;
}

bool TlsStream::send_wire() {
  std::size_t sent = 0;
  while (sent < wire_.out_size_ && pending_begin_ == pending_.size()) {
    const io::IoResult put = socket_.send({wire_.out_.get() + sent, wire_.out_size_ - sent});
    if (put.status == io::IoStatus::failed) broken_ = true;
    if (put.status != io::IoStatus::ok) break;
    sent += put.bytes;
  }
  if (sent < wire_.out_size_ && !broken_) {
    pending_.append(wire_.out_.get() + sent, wire_.out_size_ - sent);
  }
  wire_.out_size_ = 0;
  return !broken_ && pending_begin_ == pending_.size();
}

}  // namespace gatehouse::tls
