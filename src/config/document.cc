#include "config/document.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "config/document_reader.h"
#include "config/document_text.h"
#include "config/merge.h"
#include "config/sources_file.h"
#include "config/visible.h"

namespace gatehouse::config {
namespace {

constexpr std::size_t kLargestFile = std::size_t{4} << 20;
constexpr std::size_t kLargestTogether = std::size_t{64} << 20;

// One reading of several files: everything that is wrong with any of them.
class FilesReader {
 public:
  FilesReader(const std::filesystem::path& file, const ReadOptions& options)
      : file_(file), folder_(file.parent_path() / "conf.d"), substitution_(options) {}

  Reading read() {
    const auto overlays = overlays_of(folder_);
    if (!overlays) cannot_read(folder_, overlays.error());
    warn_of_others(folder_, other_writer_of(folder_), "this folder");
    const std::size_t number = overlays ? overlays->size() : 0;
    read_main(number);
    for (std::size_t i = 0; i < number; ++i) read_one((*overlays)[i], Version::optional);
    finish_diagnostics(reading_.diagnostics, reading_.document.sources, order_);
    return std::move(reading_);
  }

 private:
  void read_main(std::size_t overlays) {
    auto text = read_text_file(file_, kLargestFile);
    if (text || text.error().error != ENOENT)
      return take(file_, std::move(text), Version::required);
    order_.push_back(file_.string());
    tell("GH2001", file_,
         overlays == 0 ? "the configuration file does not exist"
                       : "the configuration file does not exist; what is in conf.d beside it "
                         "needs it",
         "create it; the line `version: 1` is enough to begin with");
  }

  void read_one(const std::filesystem::path& file, Version version) {
    take(file, read_text_file(file, kLargestFile), version);
  }

  void take(const std::filesystem::path& file, std::expected<FileText, FileTrouble> text,
            Version version) {
    order_.push_back(file.string());
    if (!text) return cannot_read(file, text.error());
    bytes_ += text->text.size();
    if (bytes_ > kLargestTogether) {
      return tell("GH2003", file, "the configuration files hold more than 64 MiB together",
                  "remove what is not needed");
    }
    warn_of_others(file, text->other_writer, "this file");
    auto source = std::make_shared<SourceText>(file.string(), std::move(text->text));
    const DocumentReader::From from{.source = Origin::Source::file, .may_read_files = text->ours()};
    Reading one = read_source(std::move(source), from, version, substitution_);
    auto& all = reading_.diagnostics;
    std::ranges::move(one.diagnostics, std::back_inserter(all));
    merge_documents(reading_.document, std::move(one.document), Lists::replace, all);
  }

  void cannot_read(const std::filesystem::path& file, const FileTrouble& trouble) {
    if (trouble.error == EFBIG) {
      return tell("GH2003", file, "the file is larger than 4 MiB",
                  "split it into several files in conf.d");
    }
    if (trouble.error == ENOENT) {
      return tell("GH2002", file, "this is a symbolic link to a file that does not exist",
                  "remove the link, or make the file");
    }
    tell("GH2002", file, fmt::format("this cannot be read: {}", trouble.why),
         trouble.error == EACCES ? "let gatehouse's user read it, and every folder above it"
                                 : "put a file with the configuration there, or remove it");
  }

  // Who can write a configuration decides what is served, and with which keys.
  void warn_of_others(const std::filesystem::path& path, const std::string& who,
                      std::string_view what) {
    if (who.empty()) return;
    tell("GH2013", path, fmt::format("{} can change {}, and with it what is served", who, what),
         "let it belong to root and only its owner write it: chown root, chmod go-w",
         Severity::warning);
  }

  void tell(std::string code, const std::filesystem::path& file, std::string message,
            std::string hint, Severity severity = Severity::error) {
    reading_.diagnostics.push_back({.code = std::move(code),
                                    .severity = severity,
                                    .message = std::move(message),
                                    .place = {.file = file.string()},
                                    .hint = std::move(hint)});
  }

  std::filesystem::path file_;
  std::filesystem::path folder_;
  Substitution substitution_;
  Reading reading_;
  std::vector<std::string> order_;
  std::size_t bytes_ = 0;
};

}  // namespace

Reading read_files(const std::filesystem::path& file, const ReadOptions& options) {
  return FilesReader(file, options).read();
}

Reading read_text(std::string_view text, std::string_view name, Origin::Source source,
                  const ReadOptions& options) {
  Substitution substitution(options);
  const bool file = source == Origin::Source::file;
  Reading reading = read_source(std::make_shared<SourceText>(std::string(name), std::string(text)),
                                {.source = source, .may_read_files = true},
                                file ? Version::required : Version::optional, substitution);
  finish_diagnostics(reading.diagnostics, reading.document.sources, {std::string(name)});
  return reading;
}

void merge(Document& base, Document over, Diagnostics& diagnostics) {
  merge_documents(base, std::move(over), Lists::conflict, diagnostics);
}

Diagnostic diagnose(const Document& document, std::string_view path, std::string code,
                    std::string message, std::string hint) {
  const Origin& origin = document.origins.of(path);
  Place place = origin.place;
  if (place.file.empty() && origin.source != Origin::Source::default_) {
    place = {.file = origin.text()};
  }
  return {.code = std::move(code),
          .message = std::move(message),
          .place = place,
          .text = document.sources.shown_line(place),
          .length = origin.length,
          .hint = std::move(hint)};
}

std::string quoted(const Document& document, std::string_view path, std::string_view value) {
  return document.origins.of(path).hidden ? "`***`" : cited(value);
}

}  // namespace gatehouse::config
