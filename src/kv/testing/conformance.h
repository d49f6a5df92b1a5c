#pragma once

// The conformance tests. One file of each test program includes this, because the tests are
// defined here.
#include "kv/testing/conformance_entries.h"
#include "kv/testing/conformance_leases.h"
#include "kv/testing/conformance_watches.h"
