#include "certs/fetch/file_answer.h"

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

constexpr int kMostInterim = 8;
constexpr std::uint16_t kOk = 200;

std::string too_large(std::size_t most) {
  return fmt::format("sent more than {} KiB, which no certificate needs", most >> 10);
}

}  // namespace

std::span<char> FileAnswer::room() {
  return in_content_ ? std::span(buffer_) : std::span(buffer_).subspan(size_);
}

bool FileAnswer::take(std::size_t bytes) {
  if (bytes == 0) return closed();
  if (in_content_) return take_content(std::span(buffer_).first(bytes));
  size_ += bytes;
  return parse_head();
}

bool FileAnswer::parse_head() {
  while (true) {
    http::ResponseHead head;
    const std::string_view seen(buffer_.data(), size_);
    const auto parsed =
        http::parse_response_head(seen, {.bytes = buffer_.size()}, {}, progress_, head);
    if (parsed.state == http::Parsed::incomplete) {
      return size_ == buffer_.size() && give_up("sent a head of more than 32 KiB");
    }
    if (parsed.state == http::Parsed::refused) {
      if (!seen.starts_with("HTTP/")) return give_up("answered with something that is not HTTP");
      return give_up(fmt::format("sent an answer that {}", parsed.refusal.what));
    }
    if (head.informational()) {
      if (++interim_ > kMostInterim) return give_up("sent one interim answer after the other");
      buffer_.erase(0, head.size);
      buffer_.resize(http::HeadLimits{}.bytes);
      size_ -= head.size;
      progress_ = {};
      continue;
    }
    answer_.status = head.status;
    answer_.location = head.fields.value(http::FieldId::location);
    if (head.status != kOk) return end();
    if (head.body.kind == http::BodyLength::Kind::exact && head.body.bytes > most_bytes_) {
      return give_up(too_large(most_bytes_));
    }
    in_content_ = true;
    decoder_ = http::BodyDecoder(head.body);
    return take_content(std::span(buffer_).subspan(head.size, size_ - head.size));
  }
}

bool FileAnswer::take_content(std::span<char> bytes) {
  if (decoder_.done()) return end();
  if (bytes.empty()) return false;
  const auto step = decoder_.decode(bytes);
  if (!step) return give_up(fmt::format("sent an answer that {}", step.error().what));
  answer_.content.append(step->data.data(), step->data.size());
  if (answer_.content.size() > most_bytes_) return give_up(too_large(most_bytes_));
  return step->done && end();
}

bool FileAnswer::closed() {
  if (!in_content_) {
    const std::string_view seen(buffer_.data(), size_);
    if (seen.empty()) return give_up("closed the connection without an answer");
    if (!seen.starts_with("HTTP/")) return give_up("answered with something that is not HTTP");
    return give_up("closed the connection in the middle of its answer");
  }
  if (decoder_.finish_at_close()) return end();
  return give_up("closed the connection in the middle of the file");
}

}  // namespace gatehouse::certs
