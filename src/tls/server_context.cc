#include "tls/server_context.h"

#include <openssl/err.h>
#include <openssl/sha.h>

#include "tls/alpn.h"
#include "tls/hello.h"
#include "tls/stream.h"

namespace gatehouse::tls {

// The library's callbacks, back into our world.
class ServerCallbacks {
 public:
  static ServerContext& context_of(const SSL* ssl) {
    return *static_cast<ServerContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  }
  static TlsStream& stream_of(const SSL* ssl) {
    return *static_cast<TlsStream*>(SSL_get_app_data(ssl));
  }

  static ssl_select_cert_result_t select_certificate(const SSL_CLIENT_HELLO* hello) {
    TlsStream& stream = stream_of(hello->ssl);
    ServerContext& context = context_of(hello->ssl);
    const ClientHello seen = read_hello(*hello);
    stream.server_name_ = seen.server_name;
    Selection selection = context.selector_.select(seen);
    // What its own calls of the library left behind is no error of this handshake.
    ERR_clear_error();
    if (auto* wait = std::get_if<io::Task<void>>(&selection)) {
      stream.selecting_.emplace(std::move(*wait));
      return ssl_select_cert_retry;
    }
    if (std::holds_alternative<UnknownName>(selection)) {
      stream.fault_ = HandshakeFault::unknown_name;
      SSL_send_fatal_alert(hello->ssl, SSL_AD_UNRECOGNIZED_NAME);
      return ssl_select_cert_error;
    }
    if (std::holds_alternative<Unavailable>(selection)) {
      stream.fault_ = HandshakeFault::ours;
      SSL_send_fatal_alert(hello->ssl, SSL_AD_INTERNAL_ERROR);
      return ssl_select_cert_error;
    }
    if (install(std::get<Answer>(selection), context, stream)) return ssl_select_cert_success;
    stream.fault_ = HandshakeFault::ours;
    return ssl_select_cert_error;
  }

  static bool install(const Answer& answer, const ServerContext& context, TlsStream& stream) {
    SSL* ssl = stream.ssl_.get();
    stream.policy_ = answer.policy;
    stream.profile_ = answer.profile;
    stream.shows_stored_ = answer.stored;
    bind_tickets(answer, stream);
    if (SSL_set_session_id_context(ssl, stream.ticket_context_.data(),
                                   stream.ticket_context_.size()) != 1) {
      return false;
    }
    if (answer.profile != context.profile_ && !apply(answer.profile, ssl)) return false;
    return answer.credential->install(ssl);
  }

  // A ticket resumes only where profile, client authentication and name are the same.
  static void bind_tickets(const Answer& answer, TlsStream& stream) {
    std::string bound{static_cast<char>(answer.profile)};
    bound.append(reinterpret_cast<const char*>(&answer.policy), sizeof answer.policy);
    if (stream.server_name_) bound += stream.server_name_->text();
    SHA256(reinterpret_cast<const std::uint8_t*>(bound.data()), bound.size(),
           stream.ticket_context_.data());
  }

  static int select_alpn(SSL* ssl, const std::uint8_t** out, std::uint8_t* out_size,
                         const std::uint8_t* offered, unsigned offered_size, void* /*unused*/) {
    const bool old_suites =
        stream_of(ssl).profile_ == Profile::compatible && SSL_version(ssl) != TLS1_3_VERSION;
    const ServerContext& context = context_of(ssl);
    const std::string& ours = old_suites ? context.alpn_wire_of_old_suites_ : context.alpn_wire_;
    const int found =
        SSL_select_next_proto(const_cast<std::uint8_t**>(out), out_size,
                              reinterpret_cast<const std::uint8_t*>(ours.data()),
                              static_cast<unsigned>(ours.size()), offered, offered_size);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  static std::size_t ticket_overhead(SSL* /*ssl*/) { return TicketKeys::kOverhead; }

  static int seal_ticket(SSL* ssl, std::uint8_t* out, std::size_t* out_size, std::size_t most,
                         const std::uint8_t* in, std::size_t in_size) {
    *out_size =
        context_of(ssl).tickets_.seal({out, most}, {in, in_size}, stream_of(ssl).ticket_context_);
    return *out_size > 0 ? 1 : 0;
  }

  static ssl_ticket_aead_result_t open_ticket(SSL* ssl, std::uint8_t* out, std::size_t* out_size,
                                              std::size_t most, const std::uint8_t* in,
                                              std::size_t in_size) {
    *out_size =
        context_of(ssl).tickets_.open({out, most}, {in, in_size}, stream_of(ssl).ticket_context_);
    return *out_size > 0 ? ssl_ticket_aead_success : ssl_ticket_aead_ignore_ticket;
  }
};

namespace {

std::vector<std::string> without_h2(std::vector<std::string> protocols) {
  std::erase(protocols, "h2");
  return protocols;
}

constexpr SSL_TICKET_AEAD_METHOD kTickets{&ServerCallbacks::ticket_overhead,
                                          &ServerCallbacks::seal_ticket,
                                          &ServerCallbacks::open_ticket};

void configure(SSL_CTX* context, ServerContext* ours) {
  SSL_CTX_set_app_data(context, ours);
  SSL_CTX_set_select_certificate_cb(context, &ServerCallbacks::select_certificate);
  SSL_CTX_set_alpn_select_cb(context, &ServerCallbacks::select_alpn, nullptr);
  SSL_CTX_set_ticket_aead_method(context, &kTickets);
  // One ticket: it leaves together with the first response.
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  const auto life = static_cast<std::uint32_t>(TicketKeys::kLife.count());
  SSL_CTX_set_timeout(context, life);
  SSL_CTX_set_session_psk_dhe_timeout(context, life);
}

}  // namespace

ServerContext::ServerContext(const ServerOptions& options, CertificateSelector& selector,
                             const TicketSeed& seed, const Clock& clock)
    : profile_(options.profile),
      alpn_wire_(alpn_wire(options.alpn)),
      alpn_wire_of_old_suites_(alpn_wire(without_h2(options.alpn))),
      selector_(selector),
      tickets_(seed, clock),
      context_(SSL_CTX_new(TLS_server_method())) {}

Result<std::unique_ptr<ServerContext>> ServerContext::make(const ServerOptions& options,
                                                           CertificateSelector& selector,
                                                           const TicketSeed& seed,
                                                           const Clock& clock) {
  std::unique_ptr<ServerContext> made(new ServerContext(options, selector, seed, clock));
  SSL_CTX* context = made->native();
  if (context == nullptr || !apply(options.profile, context)) {
    return fail(Fault::ours, "the TLS library refused our settings");
  }
  configure(context, made.get());
  return made;
}

}  // namespace gatehouse::tls
