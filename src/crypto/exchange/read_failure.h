#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/result.h"

namespace gatehouse::crypto {

// Why a file of keys and certificates was not read. The kind is for programs (to ask for the
// passphrase, say); the error's sentence, with the remedy, is for people.
struct ReadFailure {
  enum class Kind : unsigned char {
    passphrase_missing,  // it is protected, and none was given
    passphrase_wrong,
    damaged,
    unsupported,  // it is what it should be, but of a kind that is not read; the sentence names it
    too_large,    // beyond one of the ReadLimits
    nothing_inside,
  };

  Kind kind;
  Error error;
};

template <class T>
using Read = std::expected<T, ReadFailure>;

[[nodiscard]] inline std::unexpected<ReadFailure> not_read(ReadFailure::Kind kind,
                                                           std::string what) {
  return std::unexpected(
      ReadFailure{kind, {Fault::operator_input, false, std::move(what), ErrorKind::invalid}});
}

// "the PKCS#12 file is damaged: its MAC cannot be read", with the remedy that damage has.
[[nodiscard]] inline std::unexpected<ReadFailure> damaged(std::string_view what) {
  return not_read(ReadFailure::Kind::damaged,
                  std::string(what) + "; copy or export it again, in binary mode");
}

template <class T>
[[nodiscard]] std::unexpected<ReadFailure> pass_on(Read<T>& result) {
  return std::unexpected(std::move(result.error()));
}

}  // namespace gatehouse::crypto
