#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/document_reader.h"
#include "config/yaml_parser.h"

namespace gatehouse::config {

enum class Version : unsigned char { required, optional };

// One text as a document of its own. Its diagnostics have no lines yet.
Reading read_source(std::shared_ptr<SourceText> source, DocumentReader::From from, Version version,
                    Substitution& substitution);

// Where a text stopped making sense it is not known what is a secret: no line is shown from the
// last part that was understood to the places of `troubles` if one of them mentions a secret field.
void hide_near_trouble(SourceText& source, const Tree& tree, const Diagnostics& troubles,
                       const std::vector<std::string>& secrets);

// Sorts by file (as `order` has them), line and column, leaves out what is beyond the most that
// one reading tells, and fills in the lines.
void finish_diagnostics(Diagnostics& diagnostics, const Sources& sources,
                        const std::vector<std::string>& order);

}  // namespace gatehouse::config
