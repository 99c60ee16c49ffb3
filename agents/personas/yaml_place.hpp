// Where a field of a document stands: for what is found wrong after the document was read.
#pragma once

#include <string_view>

#include "proto/problem.hpp"

namespace chimera::personas {

/// Sets line and column of `p` to the value that `p.field` names ("steps[1].inputs[0]", "report")
/// in the text of its file; where a part of the path is missing, to the mapping or list that lacks
/// it. Leaves `p` as it is if it has a column, names no field, or the text is no sound YAML.
void set_place(proto::problem& p, std::string_view yaml);

}  // namespace chimera::personas
