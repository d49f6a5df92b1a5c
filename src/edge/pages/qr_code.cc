#include "edge/pages/qr_code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>

#include <fmt/format.h>

#include "edge/pages/html.h"

namespace gatehouse::edge {

// Sections and tables are those of ISO/IEC 18004:2015; the numbers of level M.
struct QrCode::Version {
  int codewords;                 // all of them (table 1)
  int blocks;                    // table 9
  int correction;                // codewords of each block
  std::array<int, 3> alignment;  // annex E; 0: none
};

namespace {

using Codewords = std::vector<std::uint8_t>;

constexpr int kQuietZone = 4;
constexpr unsigned kMasks = 8;

// x to the power of 8 is x4 + x3 + x2 + 1.
std::uint8_t product(std::uint8_t a, std::uint8_t b) {
  unsigned result = 0;
  for (int bit = 7; bit >= 0; --bit) {
    result = result << 1 ^ ((result >> 7) * 0x11d);
    if ((b >> bit & 1) != 0) result ^= a;
  }
  return static_cast<std::uint8_t>(result);
}

// The product of (x - 2^i), without its leading one.
Codewords generator(int degree) {
  Codewords polynomial(static_cast<std::size_t>(degree), 0);
  polynomial.back() = 1;
  std::uint8_t root = 1;
  for (int i = 0; i < degree; ++i) {
    for (std::size_t j = 0; j < polynomial.size(); ++j) {
      polynomial[j] = product(polynomial[j], root);
      if (j + 1 < polynomial.size()) polynomial[j] ^= polynomial[j + 1];
    }
    root = product(root, 2);
  }
  return polynomial;
}

// Section 7.5: the remainder of a Reed-Solomon block.
Codewords correction_of(std::span<const std::uint8_t> data, const Codewords& divisor) {
  Codewords remainder(divisor.size(), 0);
  for (const std::uint8_t byte : data) {
    const auto factor = static_cast<std::uint8_t>(byte ^ remainder.front());
    std::shift_left(remainder.begin(), remainder.end(), 1);
    remainder.back() = 0;
    for (std::size_t i = 0; i < divisor.size(); ++i) remainder[i] ^= product(divisor[i], factor);
  }
  return remainder;
}

// Section 7.4: byte mode, a count of eight bits, the text, an end, and padding.
Codewords data_of(std::string_view text, std::size_t capacity) {
  Codewords data;
  unsigned rest = 0x4;  // the four bits that have not been written yet
  const auto add = [&](unsigned byte) {
    data.push_back(static_cast<std::uint8_t>(rest << 4 | byte >> 4));
    rest = byte & 0xf;
  };
  add(static_cast<unsigned>(text.size()));
  for (const char c : text) add(static_cast<unsigned char>(c));
  data.push_back(static_cast<std::uint8_t>(rest << 4));
  for (unsigned pad = 0xec; data.size() < capacity; pad ^= 0xec ^ 0x11) {
    data.push_back(static_cast<std::uint8_t>(pad));
  }
  return data;
}

// Section 7.6: the blocks, column by column. The later blocks have one codeword more.
Codewords interleaved(const Codewords& data, int codewords, int blocks, int correction) {
  const Codewords divisor = generator(correction);
  const int length = codewords / blocks - correction;
  const int shorter = blocks - codewords % blocks;
  std::vector<std::span<const std::uint8_t>> parts;
  std::vector<Codewords> ends;
  std::size_t at = 0;
  for (int i = 0; i < blocks; ++i) {
    const auto size = static_cast<std::size_t>(length + (i < shorter ? 0 : 1));
    parts.push_back(std::span(data).subspan(at, size));
    ends.push_back(correction_of(parts.back(), divisor));
    at += size;
  }
  Codewords all;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(length); ++i) {
    for (const auto& part : parts) {
      if (i < part.size()) all.push_back(part[i]);
    }
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(correction); ++i) {
    for (const Codewords& end : ends) all.push_back(end[i]);
  }
  return all;
}

// Table 10.
bool masked(unsigned mask, int x, int y) {
  switch (mask) {
    case 0: return (x + y) % 2 == 0;
    case 1: return y % 2 == 0;
    case 2: return x % 3 == 0;
    case 3: return (x + y) % 3 == 0;
    case 4: return (x / 3 + y / 2) % 2 == 0;
    case 5: return x * y % 2 + x * y % 3 == 0;
    case 6: return (x * y % 2 + x * y % 3) % 2 == 0;
    default: return ((x + y) % 2 + x * y % 3) % 2 == 0;
  }
}

// `bits` with the remainder of a BCH code behind it (annexes C and D).
unsigned with_remainder(unsigned bits, unsigned divisor, int degree) {
  unsigned rest = bits;
  for (int i = 0; i < degree; ++i) rest = rest << 1 ^ (rest >> (degree - 1)) * divisor;
  return bits << degree | rest;
}

// Section 7.8.3: rows of one colour, and what looks like a finder.
int penalty_of_line(const std::string& line) {
  int sum = 0;
  for (std::size_t at = 0; at < line.size();) {
    const auto end = std::min(line.find_first_not_of(line[at], at), line.size());
    const auto run = static_cast<int>(end - at);
    if (run >= 5) sum += run - 2;
    at = end;
  }
  for (const std::string_view pattern : {"10111010000", "00001011101"}) {
    for (auto at = line.find(pattern); at != std::string::npos; at = line.find(pattern, at + 1)) {
      sum += 40;
    }
  }
  return sum;
}

}  // namespace

std::optional<QrCode> QrCode::of(std::string_view text) {
  static constexpr std::array<Version, 9> kVersions = {{{26, 1, 10, {}},
                                                        {44, 1, 16, {6, 18}},
                                                        {70, 1, 26, {6, 22}},
                                                        {100, 2, 18, {6, 26}},
                                                        {134, 2, 24, {6, 30}},
                                                        {172, 4, 16, {6, 34}},
                                                        {196, 4, 18, {6, 22, 38}},
                                                        {242, 4, 22, {6, 24, 42}},
                                                        {292, 5, 22, {6, 26, 46}}}};
  const auto capacity = [](const Version& version) {
    return static_cast<std::size_t>(version.codewords - version.blocks * version.correction);
  };
  // Mode, count and end are two bytes together.
  const auto fits = [&](const Version& one) { return text.size() + 2 <= capacity(one); };
  const auto* version = std::ranges::find_if(kVersions, fits);
  if (version == kVersions.end()) return std::nullopt;
  const auto number = static_cast<unsigned>(version - kVersions.begin()) + 1;
  const Codewords codewords = interleaved(data_of(text, capacity(*version)), version->codewords,
                                          version->blocks, version->correction);
  QrCode empty(static_cast<int>(17 + 4 * number));
  empty.draw_function_patterns(*version);
  if (number >= 7) empty.draw_version(number);
  empty.draw_format(0);  // so that its place is taken
  std::optional<QrCode> best;
  for (unsigned mask = 0; mask < kMasks; ++mask) {
    QrCode code = empty;
    code.draw_codewords(codewords, mask);
    code.draw_format(mask);
    if (!best || code.penalty() < best->penalty()) best = std::move(code);
  }
  return best;
}

void QrCode::draw_function_patterns(const Version& version) {
  for (int i = 0; i < size_; ++i) {
    set(6, i, i % 2 == 0);
    set(i, 6, i % 2 == 0);
  }
  draw_finder(3, 3);
  draw_finder(size_ - 4, 3);
  draw_finder(3, size_ - 4);
  const int last = std::ranges::max(version.alignment);
  for (const int x : version.alignment) {
    for (const int y : version.alignment) {
      const bool at_finder = (x == 6 && y == 6) || (x == 6 && y == last) || (x == last && y == 6);
      if (x != 0 && y != 0 && !at_finder) draw_alignment(x, y);
    }
  }
}

// With the light border around it.
void QrCode::draw_finder(int centre_x, int centre_y) {
  for (int dy = -4; dy <= 4; ++dy) {
    for (int dx = -4; dx <= 4; ++dx) {
      const int x = centre_x + dx;
      const int y = centre_y + dy;
      if (x < 0 || y < 0 || x >= size_ || y >= size_) continue;
      const int ring = std::max(std::abs(dx), std::abs(dy));
      set(x, y, ring != 2 && ring != 4);
    }
  }
}

void QrCode::draw_alignment(int centre_x, int centre_y) {
  for (int dy = -2; dy <= 2; ++dy) {
    for (int dx = -2; dx <= 2; ++dx) {
      set(centre_x + dx, centre_y + dy, std::max(std::abs(dx), std::abs(dy)) != 1);
    }
  }
}

// Section 7.9: twice, around the finders. Level M is 00.
void QrCode::draw_format(unsigned mask) {
  const unsigned bits = with_remainder(mask, 0x537, 10) ^ 0x5412;
  const auto bit = [bits](int i) { return (bits >> i & 1) != 0; };
  for (int i = 0; i <= 5; ++i) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (int i = 9; i < 15; ++i) set(14 - i, 8, bit(i));
  for (int i = 0; i < 8; ++i) set(size_ - 1 - i, 8, bit(i));
  for (int i = 8; i < 15; ++i) set(8, size_ - 15 + i, bit(i));
  set(8, size_ - 8, true);
}

// Section 7.10.
void QrCode::draw_version(unsigned number) {
  const unsigned bits = with_remainder(number, 0x1f25, 12);
  for (int i = 0; i < 18; ++i) {
    const bool dark = (bits >> i & 1) != 0;
    const int far = size_ - 11 + i % 3;
    set(far, i / 3, dark);
    set(i / 3, far, dark);
  }
}

// Section 7.7.3: pairs of columns from the right, upwards and downwards in turn.
void QrCode::draw_codewords(const std::vector<std::uint8_t>& codewords, unsigned mask) {
  std::size_t bit = 0;
  bool upwards = true;
  for (int right = size_ - 1; right >= 1; right -= 2, upwards = !upwards) {
    if (right == 6) right = 5;
    for (int step = 0; step < size_; ++step) {
      const int y = upwards ? size_ - 1 - step : step;
      for (const int x : {right, right - 1}) {
        if (at(x, y) != Module::open) continue;
        const bool one =
            bit < codewords.size() * 8 && (codewords[bit / 8] >> (7 - bit % 8) & 1) != 0;
        ++bit;
        set(x, y, one != masked(mask, x, y));
      }
    }
  }
}

int QrCode::penalty() const {
  int sum = 0;
  int all_dark = 0;
  for (int a = 0; a < size_; ++a) {
    std::string row;
    std::string column;
    for (int b = 0; b < size_; ++b) {
      row += dark(b, a) ? '1' : '0';
      column += dark(a, b) ? '1' : '0';
    }
    all_dark += static_cast<int>(std::ranges::count(row, '1'));
    sum += penalty_of_line(row) + penalty_of_line(column);
  }
  for (int y = 0; y + 1 < size_; ++y) {
    for (int x = 0; x + 1 < size_; ++x) {
      const bool same = dark(x, y) == dark(x + 1, y) && dark(x, y) == dark(x, y + 1) &&
                        dark(x, y) == dark(x + 1, y + 1);
      if (same) sum += 3;
    }
  }
  const int percent = all_dark * 100 / (size_ * size_);
  return sum + std::abs(percent - 50) / 5 * 10;
}

std::string QrCode::svg(std::string_view label) const {
  std::string path;
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x) {
      if (!dark(x, y)) continue;
      int run = 1;
      while (x + run < size_ && dark(x + run, y)) ++run;
      path += fmt::format("M{} {}h{}v1h-{}z", x + kQuietZone, y + kQuietZone, run, run);
      x += run;
    }
  }
  const int side = size_ + 2 * kQuietZone;
  return fmt::format(
      "<svg class=\"qr\" viewBox=\"0 0 {0} {0}\" role=\"img\" aria-label=\"{1}\" "
      "shape-rendering=\"crispEdges\"><path d=\"{2}\"/></svg>",
      side, escape_html(label), path);
}

}  // namespace gatehouse::edge
