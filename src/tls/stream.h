#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/server_name.h"
#include "io/socket.h"
#include "tls/handles.h"
#include "tls/profile.h"
#include "tls/selector.h"
#include "tls/wire.h"

namespace gatehouse::tls {

class ServerContext;
class ClientContext;

// What was agreed on, for logs and headers.
struct HandshakeInfo {
  std::uint16_t version = 0;       // as on the wire: 0x0303, 0x0304
  std::uint16_t cipher_suite = 0;  // IANA number
  std::uint16_t group = 0;         // IANA number, 0 if the session was resumed without one
  bool resumed = false;
};
std::string_view version_text(std::uint16_t version);
std::string_view group_text(std::uint16_t group);
std::string_view cipher_suite_text(std::uint16_t cipher_suite);

enum class HandshakeFault : unsigned char {
  none,
  timed_out,
  peer_left,    // closed or reset
  alerted,      // the client sent an alert, e.g. it does not trust the certificate
  plain_http,   // spoke HTTP without TLS; nothing was answered yet
  no_overlap,   // version, suite, group or ALPN
  bad_message,  // anything else that is not TLS as it should be
  unknown_name,
  ours,
};
std::string_view text(HandshakeFault fault);

// TLS over a socket, as a sans-IO engine behind our own BIO. Never moves.
class TlsStream final : public io::ByteStream {
 public:
  TlsStream(io::Reactor& reactor, io::Fd fd, Wire& wire, const ServerContext& context);
  // A client that will accept `peer` only; see ClientContext.
  TlsStream(io::Reactor& reactor, io::Fd fd, Wire& wire, const ClientContext& context,
            const ServerName& peer);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  ~TlsStream() override;

  // Before anything else. After an error fault() tells its class; alerts have been sent.
  io::Task<Result<Ok>> handshake(io::Deadline deadline);
  HandshakeFault fault() const { return fault_; }
  HandshakeInfo info() const;
  // The name that the client asked for; absent without SNI.
  const std::optional<ServerName>& server_name() const { return server_name_; }
  // What the selector said of this connection.
  std::uint32_t policy() const { return policy_; }
  bool shows_stored() const { return shows_stored_; }
  // The protocol agreed by ALPN, empty without.
  std::string_view alpn() const;

  io::IoResult read(std::span<char> into) override;
  bool may_read() const override;
  io::IoResult write(std::span<const char> from, io::Flush flush) override;
  io::IoResult flush() override;
  void close_write() override;
  io::Socket& socket() override { return socket_; }
  std::string failure() const override;
  // Sends bytes without TLS, once, to a client that did not speak it.
  void answer_plainly(std::string_view text);

 private:
  friend class StreamBio;
  friend class ServerCallbacks;
  using Context = std::array<std::uint8_t, 32>;

  void attach();
  // The BIO's two ends. -1: would block, 0: end.
  int take_in(std::span<char> into);
  int put_out(std::span<const char> from);
  bool has_input() const;
  bool send_pending();
  bool send_wire();
  void displace_owner();
  io::IoResult decrypt(std::span<char> into);
  io::IoResult after_failure(int result, std::size_t bytes);
  void note_error();
  std::unexpected<Error> handshake_error();
  std::unexpected<Error> handshake_wait_ended(io::Wake wake);
  io::Task<io::Wake> wait_for_handshake(int error, io::Deadline deadline);
  io::Task<io::Wake> wait_for_selection(io::Deadline deadline);

  io::Socket socket_;
  Wire& wire_;
  ConnectionPtr ssl_;
  std::size_t wanted_ = 0;  // plain text that the current read() asks for
  std::string stash_;       // ciphertext read ahead of us when another stream took the wire
  std::size_t stash_begin_ = 0;
  std::string pending_;  // ciphertext that the kernel did not take yet
  std::size_t pending_begin_ = 0;
  HandshakeFault fault_ = HandshakeFault::none;
  bool broken_ = false;
  std::string reason_;
  std::optional<ServerName> server_name_;
  std::optional<io::Task<void>> selecting_;
  Profile profile_ = Profile::intermediate;
  std::uint32_t policy_ = 0;
  bool shows_stored_ = false;
  Context ticket_context_{};
};

}  // namespace gatehouse::tls
