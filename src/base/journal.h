#pragma once

#include <string>
#include <string_view>

namespace gatehouse {

// The journal's own protocol: a datagram of fields to its socket. Every call is made of one
// datagram and never waits.
class Journal {
 public:
  static constexpr const char* kSocket = "/run/systemd/journal/socket";
  enum class Sent { yes, busy, too_long, gone };

  // `path` of the journal's socket. Opens a descriptor, connects to nothing yet: a journal that
  // starts later, or again, is found.
  explicit Journal(std::string_view path);
  Journal(Journal&& other) noexcept;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  // `fields` as append_journal_field() makes them. busy: it takes nothing now, try again; gone:
  // there is no journal.
  Sent send(std::string_view fields) const;

  // Whether `fd` is the stream that JOURNAL_STREAM ("device:inode", null when unset) speaks of:
  // then the service manager has put the journal behind it.
  static bool is_behind(int fd, const char* journal_stream);

 private:
  std::string address_;
  int fd_;
};

// Appends one field of an entry. The name is brought to what the journal takes: capital letters,
// digits and underscores, at most 64. The value may hold any byte; one longer than 48 KiB is cut.
void append_journal_field(std::string& entry, std::string_view name, std::string_view value);

// The entry of one line of the access log: the line is its message, and every value in it a field
// named by its way there (GATEHOUSE_STATUS, GATEHOUSE_REQUEST_METHOD, GATEHOUSE_UPSTREAM_ADDR).
std::string journal_entry_of_access_line(std::string_view line);

}  // namespace gatehouse
