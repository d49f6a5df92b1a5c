#include "tls/probe.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "crypto/library_error.h"
#include "tls/alpn.h"
#include "tls/handshake_fault.h"

namespace gatehouse::tls {
namespace {

using End = Observation::End;

constexpr std::size_t kFirstBytes = 8;

// Whatever the library can check: which of them are good enough is not the question here.
constexpr std::array<std::uint16_t, 12> kSignatures{
    SSL_SIGN_ECDSA_SECP256R1_SHA256,
    SSL_SIGN_RSA_PSS_RSAE_SHA256,
    SSL_SIGN_RSA_PKCS1_SHA256,
    SSL_SIGN_ECDSA_SECP384R1_SHA384,
    SSL_SIGN_RSA_PSS_RSAE_SHA384,
    SSL_SIGN_RSA_PKCS1_SHA384,
    SSL_SIGN_ED25519,
    SSL_SIGN_ECDSA_SECP521R1_SHA512,
    SSL_SIGN_RSA_PSS_RSAE_SHA512,
    SSL_SIGN_RSA_PKCS1_SHA512,
    SSL_SIGN_ECDSA_SHA1,
    SSL_SIGN_RSA_PKCS1_SHA1,
};

constexpr std::array<std::uint16_t, 7> kRsaSignatures{
    SSL_SIGN_RSA_PSS_RSAE_SHA256, SSL_SIGN_RSA_PKCS1_SHA256,    SSL_SIGN_RSA_PSS_RSAE_SHA384,
    SSL_SIGN_RSA_PKCS1_SHA384,    SSL_SIGN_RSA_PSS_RSAE_SHA512, SSL_SIGN_RSA_PKCS1_SHA512,
    SSL_SIGN_RSA_PKCS1_SHA1,
};

bool is_tls_record(std::string_view begin) {
  // handshake or alert, and a version 3.x (RFC 8446 section 5.1)
  return begin.size() < 2 || ((begin[0] == 0x16 || begin[0] == 0x15) && begin[1] == 0x03);
}

void note(Observation& seen, End end, std::string reason) {
  seen.end = end;
  seen.reason = std::move(reason);
}

void note_wait(Observation& seen, const Error& error) {
  if (error.kind == ErrorKind::timed_out) return note(seen, End::timed_out, error.what);
  note(seen, error.fault == Fault::ours ? End::ours : End::closed, error.what);
}

std::unexpected<Error> ended(io::Wake wake) {
  if (wake == io::Wake::cancelled) return fail(Fault::ours, "was given up because gatehouse stops");
  return fail_for_now(Fault::upstream, "did not answer in time", ErrorKind::timed_out);
}

}  // namespace

Probe::Probe(io::Reactor& reactor, io::Fd fd, const ProbeOptions& options)
    : socket_(reactor, std::move(fd), io::Socket::Phase::connecting),
      context_(SSL_CTX_new(TLS_with_buffers_method())),
      ssl_(context_ ? SSL_new(context_.get()) : nullptr) {
  if (ssl_ && !configure(options)) ssl_.reset();
  crypto::drain_library_errors();
}

bool Probe::configure(const ProbeOptions& options) {
  SSL* const ssl = ssl_.get();
  crypto::BioPtr in(BIO_new(BIO_s_mem()));
  crypto::BioPtr out(BIO_new(BIO_s_mem()));
  if (!in || !out) return false;
  BIO_set_mem_eof_return(in.get(), -1);
  in_ = in.release();
  out_ = out.release();
  SSL_set_bio(ssl, in_, out_);
  SSL_set_app_data(ssl, this);
  SSL_set_connect_state(ssl);
  SSL_set_custom_verify(ssl, SSL_VERIFY_PEER, &Probe::observe);
  SSL_set_cert_cb(ssl, &Probe::no_certificate, this);
  SSL_set_max_cert_list(ssl, kLongestChain);
  const std::string alpn = alpn_wire(options.alpn);
  const std::span<const std::uint16_t> signatures =
      options.rsa_only ? std::span<const std::uint16_t>(kRsaSignatures) : kSignatures;
  const bool named = options.server_name && !options.server_name->is_address();
  return SSL_set_min_proto_version(ssl, options.oldest) == 1 &&
         SSL_set_max_proto_version(ssl, options.newest) == 1 &&
         SSL_set_cipher_list(ssl, "ALL") == 1 && SSL_set1_groups_list(ssl, options.groups) == 1 &&
         SSL_set_verify_algorithm_prefs(ssl, signatures.data(), signatures.size()) == 1 &&
         (alpn.empty() ||
          SSL_set_alpn_protos(ssl, reinterpret_cast<const std::uint8_t*>(alpn.data()),
                              alpn.size()) == 0) &&
         (!named || SSL_set_tlsext_host_name(ssl, options.server_name->text().c_str()) == 1);
}

ssl_verify_result_t Probe::observe(SSL* /*connection*/, std::uint8_t* /*alert*/) {
  return ssl_verify_ok;  // watched, not trusted: see the class
}

int Probe::no_certificate(SSL* /*connection*/, void* probe) {
  static_cast<Probe*>(probe)->asked_for_certificate_ = true;
  return 1;
}

io::Task<Result<Ok>> Probe::connect(io::Deadline deadline) {
  return io::finish_connect(socket_, deadline);
}

// ------------------------------------------------------------------ the handshake

io::Task<Observation> Probe::handshake(io::Deadline deadline) {
  Observation seen;
  if (!ssl_) {
    note(seen, End::ours, "was not asked: the TLS library refused our settings");
    co_return seen;
  }
  const SteadyTime begun = socket_.reactor().clock().steady();
  while (true) {
    const int result = SSL_do_handshake(ssl_.get());
    const bool waits = result != 1 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
    if (result == 1) note(seen, End::completed, "");
    if (result != 1 && !waits) note_library_error(seen);
    const auto sent = co_await send_pending(deadline);
    if (!waits) break;
    const auto got = sent ? co_await receive(deadline) : std::unexpected(sent.error());
    if (got) continue;
    note_wait(seen, got.error());
    break;
  }
  crypto::drain_library_errors();
  take_chain(seen);
  seen.asked_for_certificate = asked_for_certificate_;
  seen.duration = socket_.reactor().clock().steady() - begun;
  co_return seen;
}

void Probe::note_library_error(Observation& seen) const {
  const std::uint32_t error = ERR_peek_error();
  if (first_bytes_.starts_with("HTTP/")) {
    return note(seen, End::plain_http, "speaks HTTP without TLS here");
  }
  if (!is_tls_record(first_bytes_)) {
    return note(seen, End::not_tls, "answered with something that is not TLS");
  }
  if (classify(error) != HandshakeFault::alerted) {
    return note(seen, End::misbehaved,
                fmt::format("broke the handshake off ({})", describe(error)));
  }
  seen.alert = static_cast<std::uint8_t>(ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET);
  note(seen, End::alerted,
       fmt::format("answered with the TLS alert \"{}\"", SSL_alert_desc_string_long(*seen.alert)));
}

void Probe::take_chain(Observation& seen) {
  if (seen.completed()) {
    seen.info.version = static_cast<std::uint16_t>(SSL_version(ssl_.get()));
    seen.info.cipher_suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl_.get()));
    seen.info.group = SSL_get_group_id(ssl_.get());
    const std::uint8_t* data = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &data, &size);
    seen.alpn.assign(reinterpret_cast<const char*>(data), size);
  }
  const STACK_OF(CRYPTO_BUFFER)* sent = SSL_get0_peer_certificates(ssl_.get());
  if (sent == nullptr) return;
  const std::size_t count = std::min(sk_CRYPTO_BUFFER_num(sent), kMostCertificates);
  for (std::size_t i = 0; i < count; ++i) {
    const CRYPTO_BUFFER* one = sk_CRYPTO_BUFFER_value(sent, i);
    auto certificate =
        crypto::Certificate::from_der({CRYPTO_BUFFER_data(one), CRYPTO_BUFFER_len(one)});
    if (certificate) seen.chain.push_back(std::move(*certificate));
    if (!certificate) ++seen.unreadable;
  }
}

// ------------------------------------------------------------------ one question

io::Task<Result<Ok>> Probe::ask(const AnonymousRequest& request, io::Deadline deadline) {
  const std::string& text = request.text();
  if (SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) <= 0) {
    crypto::drain_library_errors();
    co_return fail(Fault::upstream, "closed the connection before the request");
  }
  co_return co_await send_pending(deadline);
}

io::Task<Result<std::size_t>> Probe::read(std::span<char> into, io::Deadline deadline) {
  while (true) {
    const int got = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
    if (got > 0) co_return static_cast<std::size_t>(got);
    const int error = SSL_get_error(ssl_.get(), got);
    if (error == SSL_ERROR_ZERO_RETURN) co_return std::size_t{0};
    if (error != SSL_ERROR_WANT_READ) {
      Observation seen;
      note_library_error(seen);
      crypto::drain_library_errors();
      co_return fail(Fault::upstream, seen.reason);
    }
    if (auto more = co_await receive(deadline); !more) co_return pass_on(more);
  }
}

// ------------------------------------------------------------------ ciphertext

io::Task<Result<Ok>> Probe::send_pending(io::Deadline deadline) {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  if (BIO_mem_contents(out_, &data, &size) != 1) co_return fail(Fault::ours, "was not asked");
  const std::string waiting(reinterpret_cast<const char*>(data), size);
  (void)BIO_reset(out_);
  std::span<const char> rest(waiting);
  while (!rest.empty()) {
    const io::IoResult sent = socket_.send(rest);
    rest = rest.subspan(sent.bytes);
    if (sent.status == io::IoStatus::ok) continue;
    if (sent.status != io::IoStatus::would_block) {
      co_return fail(Fault::upstream, io::describe_peer_error(socket_.error()));
    }
    const io::Wake wake = co_await socket_.writable(deadline);
    if (wake != io::Wake::ready) co_return ended(wake);
  }
  co_return Ok{};
}

io::Task<Result<Ok>> Probe::receive(io::Deadline deadline) {
  std::array<char, 8192> some;
  while (true) {
    const io::IoResult got = socket_.recv(some);
    if (got.status == io::IoStatus::closed) {
      co_return fail(Fault::upstream, "closed the connection");
    }
    if (got.status == io::IoStatus::failed) {
      co_return fail(Fault::upstream, io::describe_peer_error(socket_.error()));
    }
    if (got.bytes > 0) {
      const std::size_t missing = kFirstBytes - first_bytes_.size();
      first_bytes_.append(some.data(), std::min(missing, got.bytes));
      if (BIO_write(in_, some.data(), static_cast<int>(got.bytes)) > 0) co_return Ok{};
      co_return fail(Fault::ours, "was given up: this machine is short of memory");
    }
    const io::Wake wake = co_await socket_.readable(deadline);
    if (wake != io::Wake::ready) co_return ended(wake);
  }
}

}  // namespace gatehouse::tls
