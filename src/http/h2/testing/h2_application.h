#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "http/h2/server_session.h"
#include "http/h2/testing/h2_peer.h"

namespace gatehouse::http::testing {

// The server's end of a connection without IO, in the hands of a test.
class H2Application final : public H2Requests {
 public:
  struct Stream final : H2StreamSink {
    void on_content(std::span<const char> bytes) override {
      content.append(bytes.data(), bytes.size());
    }
    void on_trailers(const FieldBlock& section) override { trailers_in = list(section); }
    void on_end() override { ended = true; }
    void on_closed(H2Error code) override {
      closed = true;
      error = code;
    }
    Ready ready() override { return {outgoing.size(), last, trailers.get()}; }
    void take(std::span<char> out) override {
      outgoing.copy(out.data(), out.size());
      outgoing.erase(0, out.size());
    }
    void on_sent_end() override {}

    std::string_view value(std::string_view name) const {
      for (const auto& [known, text] : fields) {
        if (known == name) return text;
      }
      return {};
    }

    FieldList fields;
    FieldList trailers_in;
    std::string content;
    std::string outgoing;
    bool last = true;
    std::unique_ptr<Trailers> trailers;
    bool ended = false;
    bool closed = false;
    H2Error error = H2Error::no_error;
  };

  explicit H2Application(const H2Settings& settings = {})
      : session(settings, *this, SteadyTime{std::chrono::hours{1}}) {}

  // What it answers to these bytes.
  std::string hear(std::string_view bytes) {
    session.receive({bytes.data(), bytes.size()}, SteadyTime{std::chrono::hours{1}});
    return said();
  }
  std::string said() {
    std::string all;
    std::string buffer(40'000, '\0');
    for (std::size_t size = 1; size > 0;) {
      size = session.send(buffer);
      all.append(buffer, 0, size);
    }
    return all;
  }

  // A response with these fields, and content; `end`: it is all.
  void respond(H2StreamId stream, std::uint16_t status, std::string content, bool end = true,
               const FieldList& fields = {}, std::string_view trailers = {}) {
    Stream& one = at(stream);
    ResponseHead head;
    head.status = status;
    for (const auto& [name, value] : fields) head.fields.add({name, value, FieldId::other});
    one.outgoing = std::move(content);
    one.last = end;
    if (!trailers.empty()) {
      one.trailers = std::make_unique<Trailers>();
      for (const char c : trailers) one.trailers->append(c);
      one.trailers->parse();
    }
    const bool nothing = one.outgoing.empty() && end && !one.trailers;
    session.respond(stream, head, {}, !nothing);
  }
  void say(H2StreamId stream, std::string_view content, bool end) {
    at(stream).outgoing += content;
    at(stream).last = end;
    session.resume(stream);
  }
  Stream& at(H2StreamId stream) { return *streams.at(stream); }

  H2StreamSink* on_request(H2StreamId stream, FieldBlock fields, bool ended) override {
    if (refuse > 0) {
      --refuse;
      return nullptr;
    }
    Stream& one = *(streams[stream] = std::make_unique<Stream>());
    one.fields = list(fields);
    one.ended = ended;
    latest = stream;
    return &one;
  }

  static FieldList list(const FieldBlock& section) {
    FieldList fields;
    section.each([&](std::string_view name, std::string_view value) {
      fields.emplace_back(name, value);
      return true;
    });
    return fields;
  }

  std::map<H2StreamId, std::unique_ptr<Stream>> streams;
  H2StreamId latest = 0;
  int refuse = 0;  // so many of the next are refused unprocessed
  H2ServerSession session;
};

}  // namespace gatehouse::http::testing
