#include "certs/trust/target.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/suggest.h"
#include "certs/trust/steps.h"

namespace gatehouse::certs {
namespace {

constexpr std::string_view kPemFile = "gatehouse-ca.crt";
constexpr std::string_view kPemType = "application/x-pem-file";
constexpr std::string_view kDerType = "application/x-x509-ca-cert";

constexpr bool kSeveral = true;

constexpr TrustTarget kTargets[] = {
    {"windows", "Windows", AnchorForm::der, kPemFile, kDerType, steps::kWindows},
    {"macos", "macOS", AnchorForm::pem, kPemFile, kPemType, steps::kMacos},
    {"ios", "iPhone and iPad", AnchorForm::profile, "gatehouse-ca.mobileconfig",
     "application/x-apple-aspen-config", steps::kIos, kSeveral},
    {"android", "Android", AnchorForm::der, kPemFile, kDerType, steps::kAndroid},
    {"linux", "Linux", AnchorForm::pem, kPemFile, kPemType, steps::kLinux},
    {"firefox", "Firefox", AnchorForm::firefox_policies, "policies.json", "application/json",
     steps::kFirefox},
    {"java", "Java", AnchorForm::pem, kPemFile, kPemType, steps::kJava},
    {"curl", "curl", AnchorForm::pem, kPemFile, kPemType, steps::kCurl, kSeveral},
    {"python", "Python", AnchorForm::pem, kPemFile, kPemType, steps::kPython, kSeveral},
    {"node", "Node.js", AnchorForm::pem, kPemFile, kPemType, steps::kNode, kSeveral},
    {"docker", "Docker", AnchorForm::pem, kPemFile, kPemType, steps::kDocker},
    {"intune", "Microsoft Intune", AnchorForm::der, "gatehouse-ca.cer", kDerType, steps::kIntune},
    {"ansible", "Ansible", AnchorForm::ansible_tasks, "gatehouse-ca.yml", "application/yaml",
     steps::kAnsible},
};

constexpr TrustTarget kOnThePage[] = {
    kTargets[0], kTargets[1],
    kTargets[2], kTargets[3],
    kTargets[4], {"firefox", "Firefox", AnchorForm::pem, kPemFile, kPemType, steps::kFirefoxByHand},
};

}  // namespace

std::span<const TrustTarget> trust_page_targets() { return kOnThePage; }

std::span<const TrustTarget> trust_targets() { return kTargets; }

Result<const TrustTarget*> find_trust_target(std::string_view word) {
  const auto* found = std::ranges::find(kTargets, word, &TrustTarget::word);
  if (found != std::end(kTargets)) return found;
  std::vector<std::string_view> words;
  for (const TrustTarget& target : kTargets) words.push_back(target.word);
  return fail(Fault::operator_input,
              fmt::format("There are no steps for \"{}\".{} There are: {}.", printable(word),
                          did_you_mean(word, words), fmt::join(words, ", ")),
              ErrorKind::usage);
}

}  // namespace gatehouse::certs
