#pragma once

#include "api/messages.h"
#include "certs/store/certificate_store.h"

// Which certificate a selector of the API means.
namespace gatehouse::control {

struct Found {
  certs::Choice choice;

  const certs::Record& record() const { return choice.candidates.front().record; }
};

// On the shelf that is named, else on the one shelf that has it. Errors: not_found; conflict:
// several shelves have one, or the beginning of a thumbprint fits several; usage.
io::Task<Result<Found>> find(const certs::CertificateStore& store,
                             api::CertificateSelector selector, io::Deadline deadline);

// The same for who changes something: another error of kind conflict is that several match, and a
// person has to say which.
io::Task<Result<Found>> find_one(const certs::CertificateStore& store,
                                 api::CertificateSelector selector, io::Deadline deadline);

}  // namespace gatehouse::control
