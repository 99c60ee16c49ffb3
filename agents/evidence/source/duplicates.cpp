#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "agents/evidence/source/file_kind.hpp"
#include "agents/evidence/source/inventory.hpp"
#include "agents/evidence/source/sha256.hpp"

namespace chimera::evidence {
namespace {

bool counts(const file_entry& f) {
  return !f.sha256.empty() && f.status != file_status::empty && f.status != file_status::duplicate;
}

// A link was never read itself: it shows what was found at its target.
void take_from_target(file_entry& link, const file_entry& target) {
  link.sha256 = target.sha256;
  link.bytes = target.bytes;
  link.encoding = target.encoding;
  link.line_ends = target.line_ends;
}

std::string hash_of(const std::vector<file_entry>& files) {
  sha256_stream hash;
  for (const file_entry& f : files) {
    hash.add(f.path);
    hash.add(std::string_view("\0", 1));
    hash.add(f.sha256);
    hash.add("\n");
  }
  return hash.hex();
}

}  // namespace

std::string_view to_text(file_status status) {
  switch (status) {
    case file_status::read:
      return "read";
    case file_status::empty:
      return "empty";
    case file_status::duplicate:
      return "duplicate";
    case file_status::binary:
      return "binary";
    case file_status::ignored:
      return "ignored";
    case file_status::unreadable:
      return "unreadable";
    case file_status::refused:
      return "refused";
    case file_status::outside:
      return "outside";
  }
  return "unknown";
}

void mark_duplicates(inventory& all) {
  const auto weight = [](const file_entry& f) {
    return std::tuple(f.status != file_status::read, rank_of(f.type));
  };
  std::unordered_map<std::string_view, const file_entry*> kept;
  std::unordered_map<std::string_view, const file_entry*> by_path;
  for (const file_entry& f : all.files) {
    by_path.emplace(f.path, &f);
    if (!counts(f)) continue;
    const auto [place, fresh] = kept.emplace(f.sha256, &f);
    if (!fresh && weight(f) < weight(*place->second)) place->second = &f;
  }
  for (file_entry& f : all.files) {
    if (f.status == file_status::duplicate) {
      const auto target = by_path.find(f.duplicate_of);
      if (target != by_path.end()) take_from_target(f, *target->second);
    }
    if (!counts(f)) continue;
    const file_entry* const original = kept.find(f.sha256)->second;
    if (original == &f) continue;
    f.status = file_status::duplicate;
    f.duplicate_of = original->path;
    f.reason = fmt::format("the same bytes as {}", original->path);
  }
  all.sha256 = hash_of(all.files);
}

}  // namespace chimera::evidence
