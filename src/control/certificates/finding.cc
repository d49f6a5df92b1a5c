#include "control/certificates/finding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/certificates/certificate_messages.h"

namespace gatehouse::control {
namespace {

struct Question {
  certs::Selector selector;
  std::vector<certs::Shelf> shelves;
  certs::Owner owner;
};

Result<Question> question_of(const api::CertificateSelector& asked) {
  if (asked.text().empty()) {
    return fail(Fault::client,
                "Say which certificate is meant: by its name, thumbprint, subject or server name.",
                ErrorKind::usage);
  }
  auto selector = certs::Selector::parse(asked.text());
  if (!selector) return pass_on(selector);
  auto shelf = shelf_named(asked.shelf());
  if (!shelf) return pass_on(shelf);
  auto owner = owner_named(asked.owner());
  if (!owner) return pass_on(owner);
  std::vector<certs::Shelf> shelves(certs::kShelves.begin(), certs::kShelves.end());
  if (*shelf) shelves = {**shelf};
  return Question{std::move(*selector), std::move(shelves), std::move(*owner)};
}

std::unexpected<Error> nothing(const Question& question) {
  const std::string where =
      question.shelves.size() == 1
          ? fmt::format("on the shelf {}", certs::shelf_text(question.shelves.front()))
          : "in the store";
  const std::string whose = question.owner == certs::Owner::machine()
                                ? std::string()
                                : fmt::format(" of {}", question.owner.text());
  return fail(Fault::operator_input,
              fmt::format("No certificate {}{} has the {}. See gatehouse cert list.", where, whose,
                          question.selector.text()),
              ErrorKind::not_found);
}

std::unexpected<Error> on_several(const Question& question, const std::vector<Found>& found) {
  std::vector<std::string_view> shelves;
  for (const Found& one : found) shelves.push_back(certs::shelf_text(one.record().shelf));
  return fail(Fault::operator_input,
              fmt::format("Several shelves have a certificate with the {}: {}. Say which one "
                          "is meant with --shelf.",
                          question.selector.text(), fmt::join(shelves, " and ")),
              ErrorKind::conflict);
}

}  // namespace

io::Task<Result<Found>> find(const certs::CertificateStore& store,
                             api::CertificateSelector selector, io::Deadline deadline) {
  auto question = question_of(selector);
  if (!question) co_return pass_on(question);
  std::vector<Found> found;
  for (const certs::Shelf shelf : question->shelves) {
    auto choice = co_await store.find(
        {.selector = question->selector, .shelf = shelf, .owner = question->owner}, deadline);
    if (choice) {
      found.push_back({std::move(*choice)});
    } else if (choice.error().kind != ErrorKind::not_found) {
      co_return pass_on(choice);
    }
  }
  if (found.empty()) co_return nothing(*question);
  if (found.size() > 1) co_return on_several(*question, found);
  co_return std::move(found.front());
}

io::Task<Result<Found>> find_one(const certs::CertificateStore& store,
                                 api::CertificateSelector selector, io::Deadline deadline) {
  auto found = co_await find(store, selector, deadline);
  if (!found || found->choice.candidates.size() == 1) co_return found;
  std::vector<std::string> names;
  for (const auto& one : found->choice.candidates) names.push_back(sentence_of(one.record));
  co_return fail(Fault::operator_input,
                 fmt::format("{} certificates match: {}. Say which one by its name or thumbprint.",
                             names.size(), fmt::join(names, "; ")),
                 ErrorKind::conflict);
}

}  // namespace gatehouse::control
