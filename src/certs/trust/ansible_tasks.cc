#include "certs/trust/ansible_tasks.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "certs/trust/anchor_facts.h"

namespace gatehouse::certs {
namespace {

// Braces of Jinja are doubled for fmt.
constexpr std::string_view kTasks = R"(# The certificate of {name}, for the system's store.
# SHA-256 {fingerprint}
# It is public: it holds no key.
---
- name: Where this system keeps its certificates
  ansible.builtin.set_fact:
    gatehouse_ca_file: >-
      {{{{ {{'RedHat': '/etc/pki/ca-trust/source/anchors', 'Suse': '/etc/pki/trust/anchors',
          'Archlinux': '/etc/ca-certificates/trust-source/anchors'}}
         .get(ansible_facts['os_family'], '/usr/local/share/ca-certificates')
      }}}}/gatehouse-{id}.crt
    gatehouse_ca_update: >-
      {{{{ {{'RedHat': 'update-ca-trust', 'Archlinux': 'update-ca-trust'}}
         .get(ansible_facts['os_family'], 'update-ca-certificates') }}}}

- name: The certificate of the CA is there
  ansible.builtin.copy:
    dest: "{{{{ gatehouse_ca_file }}}}"
    owner: root
    group: root
    mode: "0644"
    content: |
{pem}  when: gatehouse_ca_state | default('present') == 'present'
  register: gatehouse_ca_added

- name: The certificate of the CA is gone
  ansible.builtin.file:
    path: "{{{{ gatehouse_ca_file }}}}"
    state: absent
  when: gatehouse_ca_state | default('present') == 'absent'
  register: gatehouse_ca_removed

- name: The bundle is made anew
  ansible.builtin.command: "{{{{ gatehouse_ca_update }}}}"
  when: gatehouse_ca_added is changed or gatehouse_ca_removed is changed
)";

std::string indented(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    out += fmt::format("      {}\n", lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

}  // namespace

std::string ansible_tasks(const crypto::Certificate& anchor) {
  const AnchorFacts facts = facts_of(anchor);
  return fmt::format(kTasks, fmt::arg("name", printable(facts.name)),
                     fmt::arg("fingerprint", facts.fingerprint), fmt::arg("id", facts.id),
                     fmt::arg("pem", indented(anchor.to_pem())));
}

}  // namespace gatehouse::certs
