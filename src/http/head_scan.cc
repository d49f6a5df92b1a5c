#include "http/head_scan.h"

#include <bit>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace gatehouse::http {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

// The position of the first control character at or behind `from`, or buffer.size().
std::size_t find_control(std::string_view buffer, std::size_t from) {
  std::size_t at = from;
#ifdef __SSE2__
  const __m128i highest = _mm_set1_epi8(0x1f);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; at + 16 <= buffer.size(); at += 16) {
    const auto* block = reinterpret_cast<const __m128i*>(buffer.data() + at);
    const __m128i bytes = _mm_loadu_si128(block);
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, highest), bytes);
    const __m128i control =
        _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, tab), low), _mm_cmpeq_epi8(bytes, del));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(control));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at < buffer.size() && !is_control(buffer[at])) ++at;
  return at;
}

ParseResult refuse(std::string_view what, std::uint16_t status = 400) {
  return ParseResult::refused({status, what, Refusal::Kind::malformed});
}

ParseResult refuse_control(char c) {
  if (c == '\n') return refuse("ends a line with a bare LF instead of CRLF");
  if (c == '\0') return refuse("has a NUL byte in its head");
  return refuse("has a control character in its head");
}

ParseResult too_large(const HeadProgress& progress) {
  const bool first_line = progress.line_start <= 2;
  return first_line ? refuse("has a first line longer than the limit for heads", 414)
                    : refuse("has a head larger than the limit", 431);
}

}  // namespace

ParseResult scan_head(std::string_view buffer, const HeadLimits& limits, HeadProgress& progress) {
  const std::string_view seen = buffer.substr(0, limits.bytes);
  while (true) {
    const std::size_t at = find_control(seen, progress.scanned);
    progress.scanned = at;
    if (at + 1 >= seen.size() && (at == seen.size() || seen[at] == '\r')) break;
    if (seen[at] != '\r') return refuse_control(seen[at]);
    if (seen[at + 1] != '\n') return refuse("has a CR that no LF follows");
    progress.scanned = at + 2;
    const bool empty_line = at == progress.line_start;
    if (empty_line && at != 0) return ParseResult::complete();
    progress.line_start = at + 2;
  }
  return seen.size() == limits.bytes ? too_large(progress) : ParseResult::incomplete();
}

}  // namespace gatehouse::http
