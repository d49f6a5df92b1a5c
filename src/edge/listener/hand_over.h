#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edge/listener/inherited_sockets.h"
#include "io/address.h"
#include "io/fd.h"
#include "tls/ticket_keys.h"

namespace gatehouse::edge {

// What a program and its successor tell each other while the one takes the other's place. One
// message is one packet of a Unix socket (SOCK_SEQPACKET); descriptors travel with it.
//
//     successor   hello                    it has started and speaks this version
//     program     tickets                  what session tickets are opened with
//     program     sockets, sockets, ...    the state is the successor's to write since before them
//     program     complete                 how many sockets there were
//     successor   serving | failed
//
// On the wire: "GHHO", version, kind, a number of 16 bits (little endian), then by kind the notes
// of the sockets, a text, or the ticket seed. A text is one byte of length for each of a note, else
// all the rest. A seed is its secret (32 bytes), its start (nanoseconds since 1970, 64 bits) and
// its epoch (32 bits). A message with a seed is a secret: it is wiped where it was sent or
// received.
struct HandOverMessage {
  enum class Kind : std::uint8_t { hello = 1, sockets, complete, serving, failed, tickets };
  // Of a descriptor that comes with the message, in the same order.
  struct Note {
    std::string asked;    // host:port or unix:/path
    std::string address;  // host:port or unix:/path
    std::string name;
    bool held_elsewhere = false;
    friend bool operator==(const Note&, const Note&) = default;
  };

  Kind kind = Kind::hello;
  std::vector<Note> notes;  // sockets
  std::uint16_t count = 0;  // complete
  std::string text;         // hello: the program's version; failed: a sentence
  std::optional<tls::TicketSeed> seed = std::nullopt;  // tickets

  static constexpr std::size_t kMostNotes = 32;
  static constexpr std::size_t kLongest = 32 * 1024;

  // Texts that are too long are cut. At most kMostNotes notes.
  std::string bytes() const;
  // `descriptors` have come with it. Errors: invalid; nothing of it may be used then.
  static Result<HandOverMessage> parse(std::string_view bytes, std::size_t descriptors);

  friend bool operator==(const HandOverMessage&, const HandOverMessage&) = default;
};

struct ReceivedMessage {
  HandOverMessage message;
  std::vector<io::Fd> descriptors;
};

// Of a note; nullopt for what is none.
std::optional<io::SocketAddress> note_address(std::string_view text);

// Neither waits. Errors: the other process has ended or broken the protocol.
// false: there is no room now.
Result<bool> send_message(int channel, const HandOverMessage& message,
                          std::span<const int> descriptors = {});
// nullopt: there is nothing now.
Result<std::optional<ReceivedMessage>> receive_message(int channel);

}  // namespace gatehouse::edge
