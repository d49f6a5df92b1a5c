#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/access_logs.h"
#include "base/metrics.h"
#include "control/listeners.h"

namespace gatehouse::app {

// The counters of the program as Prometheus reads them. Any thread renders.
class MetricsPage {
 public:
  MetricsPage(const MetricLabels& labels, const control::Listeners& listeners,
              const AccessLogs& access_logs)
      : labels_(labels), listeners_(listeners), access_logs_(access_logs) {}

  // Before the first page.
  void set_workers(std::vector<const WorkerMetrics*> workers) { workers_ = std::move(workers); }
  // Control thread.
  void set_certificates(std::vector<CertificateExpiry> certificates);
  std::string text() const;

 private:
  const MetricLabels& labels_;
  const control::Listeners& listeners_;
  const AccessLogs& access_logs_;
  std::vector<const WorkerMetrics*> workers_;
  mutable std::mutex mutex_;
  std::vector<CertificateExpiry> certificates_;
};

}  // namespace gatehouse::app
