#include "api/library.h"

#include <google/protobuf/stubs/logging.h>

namespace gatehouse::api {

void keep_protobuf_silent() { google::protobuf::SetLogHandler(nullptr); }

}  // namespace gatehouse::api
