#pragma once

#include "certs/fetch/issuer_fetch.h"
#include "cli/certificate_commands.h"
#include "cli/surroundings.h"

// The issuers that are missing from an import, from where the certificates say that they are. The
// command line fetches them, as the person who called it; the running gatehouse never does.
namespace gatehouse::cli {

// From the network, on a reactor of its own; blocks for some seconds at most. See
// certs::fetch_issuer().
Result<certs::FetchedIssuer> fetch_issuer(const crypto::Certificate& below, const Clock& clock);

// Whether an import may fetch: it was told so, or somebody is there who can be asked.
bool may_fetch_issuers(const ImportCertificates& import, const Surroundings& around);

// Imports once more for trial, with what is fetched, until nothing is missing that can be had.
using TryImport =
    std::function<Result<api::ImportCertificatesResponse>(const api::ImportCertificatesRequest&)>;

// Fetches what `response`, the answer to `request` as a dry run, says is missing, at most four
// certificates up each chain; adds it to the request, and shows it. Without --fetch-issuers it asks
// before. Returns what was fetched. Errors: those of fetching, and of `try_import`.
Result<std::vector<api::FetchedIssuer>> fetch_issuers(const ImportCertificates& import,
                                                      const Surroundings& around,
                                                      const TryImport& try_import,
                                                      api::ImportCertificatesResponse response,
                                                      api::ImportCertificatesRequest& request);

// How to have fetched what is missing, as a command to copy; empty where that is no help.
std::string fetching_advice(const ImportCertificates& import,
                            const api::ImportCertificatesResponse& response);

}  // namespace gatehouse::cli
