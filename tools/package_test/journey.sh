#!/usr/bin/env bash
# What happens to a package on a machine: installed, used, upgraded, removed, purged. Runs as root in
# a root of its own: journey.sh NEW.deb. The older one is installed as the documents say; /root/page
# holds their commands by name. Each step says what it has seen, or ends with 1.
set -euo pipefail

new=$1
root_certificate=/var/lib/gatehouse/ca/root.crt
configuration=/etc/gatehouse/gatehouse.yaml

seen() { echo "  $*"; }
broken() {
  echo "broken: $*" >&2
  cat /run/service-manager/log >&2 2>/dev/null || true
  exit 1
}

# The commands of the documents that have this name, from the folder of the sources.
page() {
  (cd /root/sources && bash -euo pipefail "/root/page/$1.sh") >/tmp/page.log 2>&1 ||
    { cat /tmp/page.log >&2; broken "the commands \"$1\" of the documents failed"; }
  rm "/root/page/$1.sh"
}

check_pages() {
  local left
  left=$(ls /root/page)
  [[ -z $left ]] || broken "commands of the documents that no step runs: $left"
}

install_package() {
  DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold "$1" >/tmp/dpkg.log 2>&1 ||
    { cat /tmp/dpkg.log >&2; broken "dpkg could not install $1"; }
}

answers() { curl -sS --noproxy '*' --cacert "$root_certificate" --max-time 20 https://localhost:8443/; }

expect_answer() {
  local page
  page=$(answers) || broken "https://localhost:8443 does not answer"
  [[ $page == *gatehouse* ]] || broken "the welcome page is another one: $page"
}

identity() { sha256sum "$root_certificate" /var/lib/gatehouse/identities/default.pem; }

listeners() { ss -Hltn | awk '{ print $4 }'; }

check_installed() {
  getent passwd gatehouse >/dev/null || broken "there is no user gatehouse"
  local said
  said=$(systemd-analyze verify --man=no gatehouse.service 2>&1) || broken "the unit: $said"
  [[ $said != *gatehouse* ]] || broken "the unit: $said"
  [[ $(stat -c '%a %U' /var/lib/gatehouse) == "700 gatehouse" ]] || broken "the state folder"
  expect_answer
  seen "installed, verified, started; https://localhost:8443 answers with the default identity"
}

check_status() {
  local pid
  pid=$(main_pid)
  grep -q "^Uid:.*$(id -u gatehouse)" "/proc/$pid/status" || broken "it does not run as its user"
  [[ $(awk '/^CapEff/ { print $2 }' "/proc/$pid/status") == 0000000000000400 ]] ||
    broken "it has another capability than CAP_NET_BIND_SERVICE"
  gatehouse status --json >/tmp/status.json || broken "gatehouse status"
  grep -q '"welcome"' /tmp/status.json || broken "the status does not know the site: $(cat /tmp/status.json)"
  seen "runs as gatehouse with CAP_NET_BIND_SERVICE alone; gatehouse status knows the site"
}

main_pid() { systemctl show --property=MainPID --value gatehouse.service; }

check_exposure() {
  page exposure
  grep -qE 'Overall exposure level for gatehouse.service: [01]\.' /tmp/page.log ||
    broken "the exposure: $(tail -n 3 /tmp/page.log)"
  seen "the exposure is what the documents say"
}

answers_as_files() {
  curl -sS --noproxy '*' --cacert /etc/gatehouse/files.crt --max-time 20 \
    --resolve files.example.com:443:127.0.0.1 https://files.example.com/ >/tmp/page.html
}

# A key that only root can read becomes the service's as a credential.
check_credential() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj /CN=files.example.com -addext subjectAltName=DNS:files.example.com \
    -addext extendedKeyUsage=serverAuth -keyout /root/files.key -out /etc/gatehouse/files.crt \
    2>/dev/null
  chmod 600 /root/files.key
  cat >/etc/gatehouse/conf.d/files.yaml <<'END'
sites:
  files.example.com:
    certificate:
      files:
        certificate: /etc/gatehouse/files.crt
        key: "${env:CREDENTIALS_DIRECTORY}/files.key"
END
  page credential
  answers_as_files || broken "https://files.example.com does not answer with the key of the credential"
  seen "a key that was handed over as a credential is served"
}

check_sockets() {
  page sockets
  answers_as_files || broken "https://files.example.com does not answer at the socket of the unit"
  # A socket that gatehouse has opened itself would be its user's.
  [[ $(ss -Hltne 'sport = :443' 2>/dev/null) != *uid:* ]] || broken "port 443 is not the socket of the unit"
  seen "port 443 is the socket that the service manager has opened"
}

check_upgrade_by_hand() {
  local before
  before=$(main_pid)
  page upgrade
  for _ in $(seq 100); do
    if [[ $(main_pid) != "$before" ]]; then break; fi
    sleep 0.2
  done
  [[ $(main_pid) != "$before" ]] || broken "nobody took over by hand"
  expect_answer
  seen "upgraded by hand, and it answers"
}

check_upgrade() {
  local before
  before=$(identity)
  # While the package is installed somebody asks all the time.
  (while [[ ! -e /tmp/upgraded ]]; do answers >/dev/null || echo lost >>/tmp/lost; done) &
  echo '# Mine.' >>"$configuration"
  install_package "$new"
  touch /tmp/upgraded
  wait $!
  [[ ! -e /tmp/lost ]] || broken "$(wc -l </tmp/lost) requests were lost during the upgrade"
  [[ $(grep -c '^MAINPID=' /run/service-manager/said) == 1 ]] || broken "nobody took over"
  [[ $(dpkg-query -W -f='${Version}' gatehouse) == *~2 ]] || broken "the version is still the old one"
  [[ $(identity) == "$before" ]] || broken "the identity is another one after the upgrade"
  grep -q '# Mine.' "$configuration" || broken "the configuration lost a line"
  expect_answer
  seen "upgraded without a lost request: the same identity, the same configuration, and it answers"
}

check_removed() {
  # What an administrator has put beside the package's files would outlive it.
  rm /etc/gatehouse/conf.d/files.yaml /etc/gatehouse/files.crt
  dpkg -r gatehouse >/tmp/dpkg.log 2>&1 || broken "dpkg -r: $(cat /tmp/dpkg.log)"
  [[ -z $(listeners) ]] || broken "something still listens: $(listeners)"
  [[ ! -e /usr/bin/gatehouse ]] || broken "the program is still there"
  [[ -e $root_certificate && -e $configuration ]] || broken "keys or configuration went with it"
  seen "removed: nothing listens, keys and configuration are kept"
}

check_purged() {
  dpkg -P gatehouse >/tmp/dpkg.log 2>&1 || broken "dpkg -P: $(cat /tmp/dpkg.log)"
  local left
  left=$(ls -d /var/lib/gatehouse /var/log/gatehouse /run/gatehouse /etc/gatehouse 2>/dev/null || true)
  [[ -z $left ]] || broken "left after a purge: $left"
  seen "purged: no state, no configuration"
}

page install
check_installed
check_status
check_exposure
check_credential
check_sockets
check_upgrade
check_upgrade_by_hand
check_pages
check_removed
check_purged
