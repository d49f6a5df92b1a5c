#pragma once

#include <string>

#include "api/messages.h"
#include "base/clock.h"

// The API's lists as tables for people. Each says in a sentence that there is nothing, and what to
// do then.
namespace gatehouse::cli {

std::string sites_text(const api::ListSitesResponse& sites);
std::string bindings_text(const api::ListBindingsResponse& bindings);
std::string listeners_text(const api::ListListenersResponse& listeners);
std::string upstreams_text(const api::ListUpstreamsResponse& upstreams);
std::string certificates_text(const api::ListCertificatesResponse& certificates, WallTime now);
std::string history_text(const api::HistoryResponse& history, WallTime now);
std::string explanation_text(const api::ExplainBindingResponse& answer);

// "a.example, b.example"; with `most`, "a.example, and 3 more"
std::string list_text(const google::protobuf::RepeatedPtrField<std::string>& texts,
                      int most = 1'000'000);

}  // namespace gatehouse::cli
