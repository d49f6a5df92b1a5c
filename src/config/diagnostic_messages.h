#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "api/messages.h"
#include "config/diagnostic.h"

namespace gatehouse::config {

using DiagnosticMessages = google::protobuf::RepeatedPtrField<api::Diagnostic>;

// Diagnostics as the API says them, and back; nothing is lost on the way.
void add(const Diagnostics& diagnostics, DiagnosticMessages& to);
Diagnostics diagnostics_of(const DiagnosticMessages& messages);

}  // namespace gatehouse::config
