#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include "app/worker.h"
using namespace gatehouse;
static std::string slurp(const char* p) { std::ifstream f(p); std::stringstream s; s << f.rdbuf(); return s.str(); }
int main(int argc, char** argv) {
  std::map<std::string, std::string> a;
  for (int i = 1; i + 1 < argc; ++i) if (argv[i][0] == '-') a[argv[i]] = argv[i + 1];
  SystemClock clock; EventLog events(EventLogOptions{.at_least = LogLevel::debug}, clock);
  auto log = AccessLog::open(AccessLogTarget::parse(a.contains("--access-log") ? a["--access-log"] : "off"), events);
  auto id = crypto::Identity::from_pem(slurp(a["--certificate"].c_str()), slurp(a["--key"].c_str()));
  if (!id) { std::cerr << id.error().what << "\n"; return 1; }
  auto plan = std::make_shared<app::EdgePlan>();
  auto table = std::make_shared<certs::BindingTable>();
  table->bind_default({certs::make_credential(*id), tls::Profile::intermediate, 0});
  plan->bindings = table; plan->tickets = tls::TicketSeed::random(clock.wall());
  auto site = std::make_shared<edge::Site>("default", 0u);
  if (a.contains("--to")) { site->add_route("/", edge::Forward{0}); plan->upstreams.push_back({{*UpstreamUrl::parse(a["--to"])}, {0}}); }
  else site->add_route("/", edge::BuiltIn::welcome);
  auto sites = std::make_shared<edge::RouteTable>(); sites->set_default(site); plan->sites = sites;
  plan->metrics_site = sites;
  auto l = ListenAddress::parse(a["--listen"]);
  auto socks = edge::open_listener(*l, 1);
  if (!socks) { std::cerr << socks.error().what << "\n"; return 7; }
  std::vector<app::WorkerListener> ls; std::size_t n = 0;
  for (auto& s : *socks) { std::cout << s.address.text() << std::endl; ls.push_back({std::move(s.per_thread[0]), n++, s.tls, false, s.address.port()}); }
  signal(SIGPIPE, SIG_IGN);
  auto w = app::Worker::make(plan, std::move(ls), clock, events, **log, {});
  if (!w) { std::cerr << w.error().what << "\n"; return 1; }
  sigset_t set; sigemptyset(&set); sigaddset(&set, SIGTERM); sigaddset(&set, SIGINT); pthread_sigmask(SIG_BLOCK, &set, nullptr);
  (*w)->start(); int sig; sigwait(&set, &sig); (*w)->drain();
  while (!(*w)->ended()) usleep(10000);
}
