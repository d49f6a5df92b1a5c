#pragma once

#include <memory>
#include <string>
#include <vector>

#include "certs/trust/anchor_facts.h"
#include "certs/trust/kit.h"
#include "control/trust_state.h"
#include "crypto/certificate.h"
#include "edge/pages/trust_page.h"
#include "edge/route/own_content.h"

namespace gatehouse::control {

// Where the trust page is, on every site that a local CA certifies.
inline constexpr std::string_view kTrustPath = "/.well-known/gatehouse/trust";

// The trust page of one CA, with its downloads: made of the certificate alone.
//
//   PATH                  the page
//   PATH/WORD/FILE        the file for a system: PATH/ios/gatehouse-ca.mobileconfig
//   PATH/check            what the live test fetches; over TLS only
//   PATH/worker.js        what the live test of Chromium registers; over TLS only
class TrustContent final : public edge::OwnContent {
 public:
  // At a listener of its own everything else leads to the page.
  enum class Where : unsigned char { on_a_site, alone };
  TrustContent(certs::TrustedCa ca, std::shared_ptr<TrustState> state, Where where);
  // Of the machine's own CA.
  TrustContent(const crypto::Certificate& anchor, std::shared_ptr<TrustState> state, Where where);

  edge::OwnReply reply(const edge::OwnQuestion& question) const override;
  const crypto::Certificate& anchor() const { return ca_.active(); }

 private:
  struct Download {
    std::string path;
    std::string_view media_type;
    std::string file_name;
    bool shown = false;  // what a browser opens itself: it is no attachment
    std::string content;
  };

  void add_system(const certs::TrustTarget& target);
  void add_download(const certs::TrustKit& kit, std::string path);
  edge::OwnReply page(const edge::OwnQuestion& question) const;
  edge::OwnReply nothing() const;

  certs::TrustedCa ca_;
  certs::AnchorFacts facts_;
  std::string show_command_;
  std::vector<edge::TrustPage::OtherRoot> other_roots_;
  std::weak_ptr<TrustState> state_;  // which may own this
  Where where_;
  std::vector<edge::TrustSystem> systems_;
  std::vector<Download> downloads_;
  std::string security_policy_;  // its last directive, connect-src, is open
};

// The same as TrustState has it for a CA of the store at the time: its roots change while sites
// stay as they are. `otherwise` is shown while there is none; it may be nullptr.
class NamedTrustContent final : public edge::OwnContent {
 public:
  NamedTrustContent(std::string ca, std::shared_ptr<const TrustState> state,
                    std::shared_ptr<const edge::OwnContent> otherwise = nullptr)
      : ca_(std::move(ca)), state_(std::move(state)), otherwise_(std::move(otherwise)) {}

  edge::OwnReply reply(const edge::OwnQuestion& question) const override;

 private:
  std::string ca_;
  std::shared_ptr<const TrustState> state_;
  std::shared_ptr<const edge::OwnContent> otherwise_;
};

}  // namespace gatehouse::control
