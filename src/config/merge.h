#pragma once

#include "config/document.h"

namespace gatehouse::config {

enum class Lists : unsigned char {
  replace,   // a list that is said again takes the place of the first: files of conf.d
  conflict,  // a list that is said again is an error unless it is equal
};

// Puts `over` upon `base`, field by field; what only `over` says is moved, not copied. A scalar
// that both say with different values is an error that names both places; the first stays.
void merge_documents(Document& base, Document over, Lists lists, Diagnostics& diagnostics);

}  // namespace gatehouse::config
