#pragma once

#include <string>

namespace gatehouse::config {

// The default configuration with every setting explained: YAML that reads and settles. Settings
// stand behind "# ", explanations behind "## ".
std::string annotated_default();

}  // namespace gatehouse::config
