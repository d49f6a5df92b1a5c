#include "certs/copies/copy.h"

namespace gatehouse::certs {

std::string_view part_text(Part part) {
  switch (part) {
    case Part::certificate: return "certificate_file";
    case Part::chain: return "chain";
    case Part::fullchain: return "fullchain";
    case Part::key: return "key";
    case Part::combined: return "combined";
  }
  return "";
}

}  // namespace gatehouse::certs
