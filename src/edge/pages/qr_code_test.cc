#include "edge/pages/qr_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::edge {
namespace {

using ::testing::HasSubstr;

std::string rows_of(const QrCode& code) {
  std::string rows;
  for (int y = 0; y < code.size(); ++y) {
    for (int x = 0; x < code.size(); ++x) rows += code.dark(x, y) ? '#' : '.';
    rows += '\n';
  }
  return rows;
}

// Read by zbar as this text.
TEST(QrCode, is_what_a_reader_reads) {
  EXPECT_EQ(rows_of(QrCode::of("https://gate1/").value()),
            "#######.##..#.#######\n"
            "#.....#...#...#.....#\n"
            "#.###.#..####.#.###.#\n"
            "#.###.#.#..#..#.###.#\n"
            "#.###.#.#...#.#.###.#\n"
            "#.....#.#.#.#.#.....#\n"
            "#######.#.#.#.#######\n"
            "........#.#.#........\n"
            "#...#.###.##.#####..#\n"
            "#..#.#.###......###..\n"
            "..##..#..###.#####.#.\n"
            ".###.#.#..#..#.......\n"
            "..#.###.###.##.###.#.\n"
            "........#.##..#.####.\n"
            "#######.##.#.#####.#.\n"
            "#.....#......#.#....#\n"
            "#.###.#.##.###..##...\n"
            "#.###.#..##..####.###\n"
            "#.###.#...#..#.###...\n"
            "#.....#..#.#.#.......\n"
            "#######.##.##....#..#\n");
}

TEST(QrCode, grows_with_its_text) {
  EXPECT_EQ(QrCode::of("")->size(), 21);
  EXPECT_EQ(QrCode::of(std::string(14, 'a'))->size(), 21);
  EXPECT_EQ(QrCode::of(std::string(15, 'a'))->size(), 25);
  EXPECT_EQ(QrCode::of(std::string(122, 'a'))->size(), 45);
  EXPECT_EQ(QrCode::of(std::string(QrCode::kLongestText, 'a'))->size(), 53);
  EXPECT_FALSE(QrCode::of(std::string(QrCode::kLongestText + 1, 'a')));
}

TEST(QrCode, has_its_finders_in_three_corners) {
  const auto code = QrCode::of("gatehouse").value();
  const int last = code.size() - 1;
  for (const auto& [x, y] : {std::pair{0, 0}, std::pair{last - 6, 0}, std::pair{0, last - 6}}) {
    EXPECT_TRUE(code.dark(x, y) && code.dark(x + 6, y + 6) && code.dark(x + 3, y + 3));
    EXPECT_FALSE(code.dark(x + 1, y + 1));
  }
  EXPECT_TRUE(code.dark(8, code.size() - 8));
}

TEST(QrCode, is_drawn_with_a_quiet_zone_and_a_label) {
  const std::string svg = QrCode::of("a")->svg("https://a/?b=\"c\"");
  EXPECT_THAT(svg, HasSubstr("viewBox=\"0 0 29 29\""));
  EXPECT_THAT(svg, HasSubstr("role=\"img\" aria-label=\"https://a/?b=&quot;c&quot;\""));
  EXPECT_THAT(svg, HasSubstr("d=\"M4 4h7v1h-7z"));
}

}  // namespace
}  // namespace gatehouse::edge
