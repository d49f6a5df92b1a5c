// Each file of tests/wrong_configurations, and the very message that it gives.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "config/document.h"
#include "config/settings.h"

namespace gatehouse::config {
namespace {

namespace fs = std::filesystem;
using gatehouse::testing::TemporaryFolder;

fs::path folder() {
  return fs::path(__FILE__).parent_path().parent_path().parent_path() / "tests" /
         "wrong_configurations";
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What stands in these files may ask for.
std::optional<std::string> environment(const std::string& name) {
  if (name == "PROFILE") return "hunter2";
  if (name == "EMPTY") return "";
  if (name == "LINES") return "one\ntwo";
  return std::nullopt;
}

// What is wrong with files of this name is who may write them, which is not kept with the sources.
bool is_about_writers(const fs::path& file) {
  return file.filename().string().starts_with("others_can_write");
}

Reading read_writable_by_all(const fs::path& file) {
  const TemporaryFolder folder;
  const fs::path copy = folder / file.filename().string();
  fs::copy_file(file, copy);
  fs::permissions(copy, fs::perms::owner_all | fs::perms::others_write);
  Reading reading = read_files(copy, {});
  for (Diagnostic& one : reading.diagnostics) one.place.file = file.filename().string();
  return reading;
}

Reading read(const fs::path& file) {
  if (is_about_writers(file)) return read_writable_by_all(file);
  const ReadOptions options{.environment = environment, .credentials = "/nonexistent"};
  return read_text(content_of(file), file.filename().string(), Origin::Source::file, options);
}

std::string messages_of(const fs::path& file) {
  const Reading reading = read(file);
  if (has_errors(reading.diagnostics)) return render(reading.diagnostics);
  return render(reading.diagnostics) + render(settle(reading.document).diagnostics);
}

class WrongConfiguration : public ::testing::TestWithParam<fs::path> {};

// GATEHOUSE_WRITE_MESSAGES=1 writes them anew, to be read before they are committed.
TEST_P(WrongConfiguration, gives_its_message) {
  const std::string said = messages_of(GetParam());
  fs::path expected = GetParam();
  expected.replace_extension(".txt");
  if (std::getenv("GATEHOUSE_WRITE_MESSAGES") != nullptr) std::ofstream(expected) << said;
  EXPECT_FALSE(said.empty()) << "nothing is wrong with it";
  EXPECT_EQ(said, content_of(expected));
}

std::vector<fs::path> all() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder())) {
    if (entry.path().extension() != ".txt") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string test_name(const ::testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.filename().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, WrongConfiguration, ::testing::ValuesIn(all()), test_name);

TEST(WrongConfigurations, are_many) { EXPECT_GE(all().size(), 40U); }

}  // namespace
}  // namespace gatehouse::config
