#include "cli/carry_out.h"

#include "cli/authorities.h"
#include "cli/certificate_changes.h"
#include "cli/certificate_questions.h"
#include "cli/changes.h"
#include "cli/completion.h"
#include "cli/configurations.h"
#include "cli/copies.h"
#include "cli/logs.h"
#include "cli/man_page.h"
#include "cli/questions.h"
#include "cli/trust_page.h"
#include "cli/upgrade.h"
#include "config/annotated.h"
#include "config/schema.h"

namespace gatehouse::cli {
namespace {

struct CarryOut {
  const Surroundings& around;

  Result<int> operator()(const AddSite& c) const { return add_site(c, around); }
  Result<int> operator()(const ListSites& c) const { return list_sites(c, around); }
  Result<int> operator()(const ShowSite& c) const { return show_site(c, around); }
  Result<int> operator()(const EnableSite& c) const { return enable_site(c, around); }
  Result<int> operator()(const RemoveSite& c) const { return remove_site(c, around); }
  Result<int> operator()(const AddBinding& c) const { return add_binding(c, around); }
  Result<int> operator()(const ListBindings& c) const { return list_bindings(c, around); }
  Result<int> operator()(const ExplainBinding& c) const { return explain_binding(c, around); }
  Result<int> operator()(const RemoveBinding& c) const { return remove_binding(c, around); }
  Result<int> operator()(const ListListeners& c) const { return list_listeners(c, around); }
  Result<int> operator()(const ListUpstreams& c) const { return list_upstreams(c, around); }
  Result<int> operator()(const ListCertificates& c) const { return list_certificates(c, around); }
  Result<int> operator()(const ImportCertificates& c) const {
    return import_certificates(c, around);
  }
  Result<int> operator()(const CreateCertificate& c) const { return create_certificate(c, around); }
  Result<int> operator()(const RequestCertificate& c) const {
    return request_certificate(c, around);
  }
  Result<int> operator()(const ShowCertificate& c) const { return show_certificate(c, around); }
  Result<int> operator()(const ShowCertificateHistory& c) const {
    return show_certificate_history(c, around);
  }
  Result<int> operator()(const ExportCertificate& c) const { return export_certificate(c, around); }
  Result<int> operator()(const RenameCertificate& c) const { return rename_certificate(c, around); }
  Result<int> operator()(const RemoveCertificate& c) const { return remove_certificate(c, around); }
  Result<int> operator()(const ShowStatus& c) const { return show_status(c, around); }
  Result<int> operator()(const ShowLogs& c) const { return show_logs(c, around); }
  Result<int> operator()(const RunCheck& c) const { return check(c, around); }
  Result<int> operator()(const UpgradeProgram& c) const { return upgrade_program(c, around); }
  Result<int> operator()(const Reload& c) const { return reload(c, around); }
  Result<int> operator()(const Rollback& c) const { return rollback(c, around); }
  Result<int> operator()(const ShowHistory& c) const { return show_history(c, around); }
  Result<int> operator()(const ValidateConfig& c) const { return validate_config(c, around); }
  Result<int> operator()(const ShowConfig& c) const { return show_config(c, around); }
  Result<int> operator()(const DiffConfig& c) const { return diff_config(c, around); }
  Result<int> operator()(const ApplyConfig& c) const { return apply_config(c, around); }
  Result<int> operator()(const ExportConfig& c) const { return export_config(c, around); }
  Result<int> operator()(const ExplainCode& c) const { return explain_code(c, around); }

  Result<int> operator()(const RunCopies& c) const { return run_copies(c, around); }
  Result<int> operator()(const ListCopies& c) const { return list_copies(c, around); }
  Result<int> operator()(const InitAuthority& c) const { return init_authority(c, around); }
  Result<int> operator()(const ListAuthorities& c) const { return list_authorities(c, around); }
  Result<int> operator()(const ShowAuthority& c) const { return show_authority(c, around); }
  Result<int> operator()(const IssueCertificates& c) const { return issue_certificates(c, around); }
  Result<int> operator()(const RotateAuthority& c) const { return rotate_authority(c, around); }
  Result<int> operator()(const RevokeCertificate& c) const { return revoke_certificate(c, around); }
  Result<int> operator()(const WriteRevocationLists& c) const {
    return write_revocation_lists(c, around);
  }
  Result<int> operator()(const DetachRoot& c) const { return detach_root(c, around); }
  Result<int> operator()(const AttachRoot& c) const { return attach_root(c, around); }
  Result<int> operator()(const TrustPageCommand& c) const { return trust_page(c, around); }

  Result<int> operator()(const PrintSchema&) const {
    around.console.data(config::json_schema());
    return 0;
  }
  Result<int> operator()(const PrintDefaultConfig&) const {
    around.console.data(config::annotated_default());
    return 0;
  }
  Result<int> operator()(const PrintCompletion& print) const {
    around.console.data(completion_of(print.shell));
    return 0;
  }
  Result<int> operator()(const PrintManPage& print) const {
    auto page = man_page(print.about, around.version);
    if (!page) return pass_on(page);
    around.console.data(*page);
    return 0;
  }

  template <class Other>
  Result<int> operator()(const Other&) const {
    return fail(Fault::ours, "This verb is not the command line's to carry out.");
  }
};

}  // namespace

Result<int> carry_out(const Command& command, const Surroundings& around) {
  return std::visit(CarryOut{around}, command);
}

}  // namespace gatehouse::cli
