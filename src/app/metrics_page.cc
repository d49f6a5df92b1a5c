#include "app/metrics_page.h"

#include "app/version.h"

namespace gatehouse::app {

void MetricsPage::set_certificates(std::vector<CertificateExpiry> certificates) {
  const std::lock_guard lock(mutex_);
  certificates_ = std::move(certificates);
}

std::string MetricsPage::text() const {
  const std::vector<CertificateExpiry> certificates = [this] {
    const std::lock_guard lock(mutex_);
    return certificates_;
  }();
  const std::vector<std::string> listeners = listeners_.names();
  return render_metrics({.workers = workers_,
                         .labels = labels_,
                         .listeners = listeners,
                         .certificates = certificates,
                         .access_log_dropped = access_logs_.dropped(),
                         .process = ProcessFacts::read(),
                         .version = kVersion});
}

}  // namespace gatehouse::app
