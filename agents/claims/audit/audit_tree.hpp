// The audit of all documents of a tree, and the facts that a report tells it with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/audit/audit.hpp"
#include "agents/evidence/facts/dataset.hpp"

namespace chimera::claims {

/// Audits every Markdown document of the dataset, on up to `threads` threads. In the order of the
/// texts. Documents without a number that the data holds are part of the result, too.
[[nodiscard]] std::vector<document_audit> audit_documents(const evidence::dataset& data,
                                                          std::size_t threads);

/// At most this many wrong numbers and remarks of a document become facts of their own.
inline constexpr std::size_t told_of_a_document = 3;

/// Paths of the tree facts about a document: how many of its numbers were held to data ("checked"),
/// "contradicted", "open"; the true value of its k-th contradicted number; its k-th remark (from
/// 0).
[[nodiscard]] std::string document_path(std::string_view file, std::string_view what);
[[nodiscard]] std::string document_path(std::string_view file, std::string_view what,
                                        std::size_t k);

/// Adds these facts, and "documents", "documents/contradicted", "documents/open", to `data`.
void add_audit_facts(evidence::dataset& data, const std::vector<document_audit>& documents);

}  // namespace chimera::claims
