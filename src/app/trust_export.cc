#include "app/trust_export.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/json_text.h"
#include "certs/trust/kit.h"
#include "io/fd.h"

namespace gatehouse::app {
namespace {

// Of a file for whatever wants a certificate.
constexpr std::string_view kPlainType = "application/x-pem-file";

bool holds(const std::filesystem::path& file, std::string_view content) {
  std::ifstream in(file, std::ios::binary);
  std::string found(content.size() + 1, '\0');
  in.read(found.data(), static_cast<std::streamsize>(found.size()));
  found.resize(static_cast<std::size_t>(in.gcount()));
  return found == content;
}

std::unexpected<Error> not_written(const std::filesystem::path& file, int error) {
  return fail(Fault::machine,
              fmt::format("Cannot write {}: {}. Check that its folder exists and that you may "
                          "write there.",
                          file.string(), std::generic_category().message(error)));
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const auto put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

Result<Ok> write_new(const std::filesystem::path& file, std::string_view content) {
  const io::Fd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!out && errno == EEXIST) {
    if (holds(file, content)) return Ok{};
    return fail(Fault::operator_input,
                fmt::format("{} is there already with other content, and is left as it is. Remove "
                            "it or name another file.",
                            file.string()),
                ErrorKind::conflict);
  }
  if (!out) return not_written(file, errno);
  if (write_all(out.get(), content)) return Ok{};
  const int error = errno;
  ::unlink(file.c_str());
  return not_written(file, error);
}

// What is written, and what is said about it.
struct Export {
  std::string_view target;
  std::string file_name;
  std::string_view media_type;
  std::string content;
  bool binary = false;
  std::vector<certs::WordedStep> steps;
  std::string talk;
};

Export plain(const certs::TrustedCa& ca) {
  return {.target = "",
          .file_name = "gatehouse-ca.crt",
          .media_type = kPlainType,
          .content = certs::roots_pem(ca),
          .binary = false,
          .steps = {},
          .talk = ""};
}

Export export_of(certs::TrustKit kit) {
  std::string talk = certs::steps_text(kit);
  return {.target = kit.target->word,
          .file_name = std::move(kit.file_name),
          .media_type = kit.target->media_type,
          .content = std::move(kit.content),
          .binary = kit.target->form == certs::AnchorForm::der,
          .steps = std::move(kit.steps),
          .talk = std::move(talk)};
}

std::vector<Export> exports_of(const certs::TrustedCa& ca, const cli::TrustCommand& command) {
  std::vector<Export> all;
  if (command.target == nullptr) {
    all.push_back(plain(ca));
    return all;
  }
  const std::string name = command.out ? command.out->filename().string() : std::string();
  for (certs::TrustKit& kit : certs::make_trust_kits(*command.target, ca, name)) {
    all.push_back(export_of(std::move(kit)));
  }
  return all;
}

std::string json_of(const Export& made) {
  std::string steps;
  for (const certs::WordedStep& step : made.steps) {
    steps += fmt::format(R"({}{{"text":{},"command":{}}})", steps.empty() ? "" : ",",
                         json_string(step.text), json_string(step.command));
  }
  return fmt::format(
      R"("for":{},"file_name":{},"media_type":{},"content_base64":"{}","steps":[{}])",
      json_string(made.target), json_string(made.file_name), json_string(made.media_type),
      base64(as_bytes(made.content)), steps);
}

// The first one, and behind it those of further roots.
std::string json(const std::vector<Export>& all) {
  std::string others;
  for (std::size_t i = 1; i < all.size(); ++i) {
    others += fmt::format("{}{{{}}}", others.empty() ? "" : ",", json_of(all[i]));
  }
  if (!others.empty()) others = fmt::format(R"(,"others":[{}])", others);
  return fmt::format("{{{}{}}}\n", json_of(all.front()), others);
}

Result<Ok> put_content(const std::vector<Export>& all, const cli::TrustCommand& command) {
  const Export& first = all.front();
  if (command.out) {
    for (const Export& made : all) {
      const auto file =
          &made == &first ? *command.out : command.out->parent_path() / made.file_name;
      if (auto written = write_new(file, made.content); !written) return written;
    }
    return Ok{};
  }
  if (command.json) return Ok{};
  if (all.size() > 1) {
    return fail(Fault::operator_input,
                fmt::format("This CA has {} roots, and the file for {} holds "
                            "one. Say where they "
                            "are to be written: --out {}",
                            all.size(), first.target, first.file_name),
                ErrorKind::usage);
  }
  if (first.binary && ::isatty(STDOUT_FILENO) == 1) {
    return fail(Fault::operator_input,
                fmt::format("The file for {} is binary and no text for a terminal. Say where it is "
                            "to be written: --out {}",
                            first.target, first.file_name),
                ErrorKind::usage);
  }
  (void)std::fwrite(first.content.data(), 1, first.content.size(), stdout);
  return Ok{};
}

}  // namespace

Result<int> export_anchor(const certs::TrustedCa& ca, const cli::TrustCommand& command) {
  const std::vector<Export> all = exports_of(ca, command);
  if (auto put = put_content(all, command); !put) return pass_on(put);
  if (command.json && (command.target != nullptr || !command.out)) {
    fmt::print("{}", json(all));
    return 0;
  }
  if (command.out) {
    fmt::print(stderr, "The local CA's certificate is in {}. It is public: it holds no key.\n",
               command.out->string());
  }
  for (const Export& made : all) {
    if (!made.talk.empty()) fmt::print(stderr, "\n{}", made.talk);
  }
  return 0;
}

}  // namespace gatehouse::app
