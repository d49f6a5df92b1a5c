#pragma once

#include <string>
#include <string_view>

namespace gatehouse::edge {

// For element content and quoted attribute values; control characters become visible.
std::string escape_html(std::string_view text);

// The style of all our pages.
std::string_view page_style();

// A whole document in the style of all our pages. `title` is text, `content` is HTML.
std::string html_document(std::string_view title, std::string_view content);

}  // namespace gatehouse::edge
