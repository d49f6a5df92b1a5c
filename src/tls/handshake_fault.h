#pragma once

#include <cstdint>
#include <string>

#include "tls/stream.h"

namespace gatehouse::tls {

// The class of an error of the library, and a clause for people.
HandshakeFault classify(std::uint32_t library_error);
std::string describe(std::uint32_t library_error);

}  // namespace gatehouse::tls
