#include "edge/pages/pages.h"
namespace gatehouse::edge {
PageFormat page_format(std::string_view) { return PageFormat::text; }
Page render_error(const ErrorPage& p, PageFormat) { return {"text/plain", std::string(p.detail)}; }
Page render_welcome(const WelcomePage&, PageFormat) { return {"text/plain", "welcome"}; }
}
