#include "control/trust_content.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/base64.h"
#include "edge/pages/pages.h"
#include "edge/pages/qr_code.h"

namespace gatehouse::control {
namespace {

constexpr std::uint16_t kNoPort = 0;
constexpr std::string_view kText = "text/plain; charset=utf-8";

std::string digest_source(std::string_view text) {
  const crypto::Sha256 digest = crypto::sha256(as_bytes(text));
  return fmt::format("'sha256-{}'", base64(digest));
}

edge::OwnReply text_reply(std::uint16_t status, std::string_view text) {
  return {.status = status, .content_type = kText, .body = std::string(text)};
}

std::string names_text(const TrustState::Verdict& verdict) {
  return fmt::format("{}", fmt::join(verdict.names.texts(), ", "));
}

// For the camera of another device; empty where that could not come here by the same name.
std::string qr_code(const std::optional<ServerName>& host, const edge::OwnQuestion& question) {
  if (!host || host->text() == "localhost" || host->text() == "::1" ||
      host->text().starts_with("127.")) {
    return {};
  }
  const std::string url =
      fmt::format("{}://{}{}", question.tls ? "https" : "http", question.host, kTrustPath);
  const auto code = edge::QrCode::of(url);
  return code ? code->svg(url) : "";
}

// The host that a client called, without its port; nothing where it called none.
std::optional<ServerName> host_of(std::string_view authority) {
  const auto parsed = Authority::parse(authority);
  if (!parsed) return std::nullopt;
  return parsed->host;
}

}  // namespace

TrustContent::TrustContent(const crypto::Certificate& anchor, std::shared_ptr<TrustState> state,
                           Where where)
    : TrustContent(certs::TrustedCa{.name = {}, .roots = {{anchor}}}, std::move(state), where) {}

TrustContent::TrustContent(certs::TrustedCa ca, std::shared_ptr<TrustState> state, Where where)
    : ca_(std::move(ca)),
      facts_(certs::facts_of(ca_.active())),
      show_command_("gatehouse trust show" + ca_.flag()),
      state_(std::move(state)),
      where_(where),
      security_policy_(fmt::format("default-src 'none'; script-src {}; style-src {}; worker-src "
                                   "'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                                   "frame-ancestors 'none'; connect-src 'self'",
                                   digest_source(edge::trust_page_script()),
                                   digest_source(edge::trust_page_style()))) {
  for (const certs::TrustRoot& root : ca_.roots | std::views::drop(1)) {
    const certs::AnchorFacts facts = certs::facts_of(root.certificate);
    other_roots_.push_back(
        {facts.name, facts.fingerprint, std::string(certs::trust_role_words(root.role))});
  }
  for (const certs::TrustTarget& target : certs::trust_page_targets()) add_system(target);
}

// The steps are those of the first file.
void TrustContent::add_system(const certs::TrustTarget& target) {
  edge::TrustSystem system{.word = std::string(target.word),
                           .title = std::string(target.title),
                           .href = {},
                           .file_name = {},
                           .steps = {}};
  for (certs::TrustKit& kit : certs::make_trust_kits(target, ca_)) {
    const std::string path = fmt::format("{}/{}/{}", kTrustPath, target.word, kit.file_name);
    add_download(kit, path);
    if (!system.href.empty()) {
      system.more.push_back({std::string(certs::trust_role_words(kit.role)), path});
      continue;
    }
    system.href = path;
    system.file_name = kit.file_name;
    for (certs::WordedStep& step : kit.steps) {
      system.steps.push_back({std::move(step.text), std::move(step.command)});
    }
  }
  systems_.push_back(std::move(system));
}

// Safari offers to install what it opens itself, and only stores an attachment.
void TrustContent::add_download(const certs::TrustKit& kit, std::string path) {
  downloads_.push_back({std::move(path), kit.target->media_type, kit.file_name,
                        kit.target->form == certs::AnchorForm::profile, kit.content});
}

edge::OwnReply TrustContent::reply(const edge::OwnQuestion& question) const {
  if (!question.reads) return text_reply(405, "This page is only read: GET and HEAD.\n");
  const std::string_view path = question.path;
  if (path == kTrustPath) return page(question);
  const auto found = std::ranges::find(downloads_, path, &Download::path);
  if (found != downloads_.end()) {
    return {.content_type = found->media_type,
            .body = found->content,
            .file_name = found->shown ? "" : found->file_name};
  }
  if (question.tls && path == fmt::format("{}/check", kTrustPath)) {
    if (const auto state = state_.lock()) state->passed(facts_.sha256, question.peer);
    return text_reply(200, "trusted\n");
  }
  if (question.tls && path == fmt::format("{}/worker.js", kTrustPath)) {
    return {.content_type = "text/javascript", .body = std::string(edge::kTrustWorker)};
  }
  return nothing();
}

edge::OwnReply TrustContent::nothing() const {
  if (where_ == Where::on_a_site)
    return text_reply(404, "There is nothing here but the trust page.\n");
  return {.status = 302,
          .content_type = kText,
          .body = "The trust page is elsewhere here.\n",
          .location = std::string(kTrustPath)};
}

edge::OwnReply TrustContent::page(const edge::OwnQuestion& question) const {
  const auto state = state_.lock();
  const auto verdict = state ? state->verdict(ca_.name) : nullptr;
  const auto host = host_of(question.host);
  const bool by_port = verdict && host && verdict->names.covers(*host);
  // Over TLS the page has another way.
  const bool lost = verdict && !by_port && !question.tls;
  const std::string code = qr_code(host, question);
  std::string policy = security_policy_;
  if (by_port) policy += fmt::format(" https://{}:{}", host->url_host(), verdict->port);
  return {.content_type = "text/html; charset=utf-8",
          .body = edge::render_trust_page({.ca_name = facts_.name,
                                           .fingerprint = facts_.fingerprint,
                                           .may_certify = facts_.may_certify,
                                           .until = facts_.until,
                                           .path = kTrustPath,
                                           .shown_system = edge::system_of(question.user_agent),
                                           .systems = systems_,
                                           .other_roots = other_roots_,
                                           .show_command = show_command_,
                                           .verdict_port = by_port ? verdict->port : kNoPort,
                                           .other_names = lost ? names_text(*verdict) : "",
                                           .tls = question.tls,
                                           .qr_code = code}),
          .security_policy = std::move(policy)};
}

edge::OwnReply NamedTrustContent::reply(const edge::OwnQuestion& question) const {
  const auto kept = state_->page(ca_);
  const auto& page = kept ? kept : otherwise_;
  return page ? page->reply(question) : text_reply(404, "There is no trust page here now.\n");
}

}  // namespace gatehouse::control
