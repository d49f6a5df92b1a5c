#include "cli/certificate_questions.h"

#include "cli/certificate_text.h"
#include "cli/life.h"
#include "cli/questions.h"

namespace gatehouse::cli {

void add(const CertificateChoice& choice, api::CertificateSelector& to) {
  to.set_text(choice.text);
  to.set_shelf(choice.shelf);
  to.set_owner(choice.owner);
}

Result<int> list_certificates(const ListCertificates& list, const Surroundings& around) {
  api::ListCertificatesRequest request;
  request.set_shelf(list.shelf);
  request.set_owner(list.owner);
  request.set_origin(list.origin);
  request.set_role(list.role);
  api::ListCertificatesResponse all;
  do {
    request.set_after(all.next());
    api::ListCertificatesResponse page;
    auto asked = ask(around, list.api, "CertificateService/List", request, page);
    if (!asked) return pass_on(asked);
    all.clear_next();
    all.MergeFrom(page);
  } while (!all.next().empty());
  const bool filtered =
      !list.shelf.empty() || !list.owner.empty() || !list.origin.empty() || !list.role.empty();
  around.console.data(list.api.json ? json_line(all)
                                    : stored_certificates_text(all, filtered, around.clock.wall()));
  return exit_code(all.certificates());
}

Result<int> show_certificate(const ShowCertificate& show, const Surroundings& around) {
  api::GetCertificateRequest request;
  add(show.which, *request.mutable_selector());
  api::GetCertificateResponse response;
  auto asked = ask(around, show.api, "CertificateService/Get", request, response);
  if (!asked) return pass_on(asked);
  around.console.data(show.api.json ? json_line(response)
                                    : certificate_text(response, around.clock.wall()));
  return 0;
}

Result<int> show_certificate_history(const ShowCertificateHistory& show,
                                     const Surroundings& around) {
  api::CertificateHistoryRequest request;
  add(show.which, *request.mutable_selector());
  api::CertificateHistoryResponse response;
  auto asked = ask(around, show.api, "CertificateService/History", request, response);
  if (!asked) return pass_on(asked);
  around.console.data(show.api.json ? json_line(response)
                                    : certificate_history_text(response, around.clock.wall()));
  return 0;
}

}  // namespace gatehouse::cli
