#pragma once

#include <cstddef>
#include <google/protobuf/descriptor.h>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::api {

struct JsonFault {
  std::size_t at = 0;  // byte
  std::string what;    // the second half of a sentence: "has the key \"a\" twice"
};

// Looks at a text before a library converts it that is more lenient than RFC 8259 is: quotes,
// commas, keys given twice, bytes that are no UTF-8, nesting beyond `most_depth`. `type` is what
// the text stands for: of a message's field both spellings (ifRevision, if_revision) are one key.
// Nothing if all is well.
std::optional<JsonFault> check_json(std::string_view text, int most_depth,
                                    const google::protobuf::Descriptor& type);

}  // namespace gatehouse::api
