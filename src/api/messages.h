#pragma once

// The one schema: what the configuration's files, the API and the command line exchange. The
// messages are made from api/gatehouse/v1/*.proto by the build.
#include "gatehouse/v1/annotations.pb.h"
#include "gatehouse/v1/authorities.pb.h"
#include "gatehouse/v1/certificates.pb.h"
#include "gatehouse/v1/configuration.pb.h"
#include "gatehouse/v1/control.pb.h"
#include "gatehouse/v1/trust.pb.h"

namespace gatehouse::api {

using namespace gatehouse::v1;

}  // namespace gatehouse::api
