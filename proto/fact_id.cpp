#include "proto/fact_id.hpp"

#include <algorithm>
#include <cstdint>

namespace chimera::proto {
namespace {

constexpr std::string_view consonants = "bcdfghjklmnpqrstvwxz";
constexpr std::size_t hash_letters = 8;
constexpr std::size_t slug_letters_max = 40;

// FNV-1a, 64 bits (Fowler, Noll, Vo): stable across machines, which std::hash is not.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  // FNV mixes its high bits poorly; one xor-shift-multiply round (MurmurHash3 finaliser) does.
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 33U;
  return hash;
}

// The value of a character in the check sum; 29 is prime and larger than the alphabet.
constexpr unsigned modulus = 29;

char check_letter(std::string_view body) {
  unsigned sum = 0;
  unsigned weight = 1;
  for (const char c : body) {
    const unsigned value = c == '-' ? 27U : static_cast<unsigned>(c - 'a') + 1U;
    sum = (sum + weight * value) % modulus;
    weight = weight * 2 % modulus;  // 2 generates the units of Z/29: neighbours always differ
  }
  // Sums of 26 and more have no letter of their own; the hash letter before is changed instead.
  return sum < 26 ? static_cast<char>('a' + sum) : '\0';
}

bool is_slug_character(char c) { return c == '-' || (c >= 'a' && c <= 'z'); }

std::string slug_of(std::string_view words) {
  std::string slug;
  for (const char c : words) {
    if (slug.size() == slug_letters_max) break;
    if (c >= 'a' && c <= 'z')
      slug += c;
    else if (c >= 'A' && c <= 'Z')
      slug += static_cast<char>(c - 'A' + 'a');
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "fact" : slug;
}

}  // namespace

std::string make_fact_id(std::string_view words, std::string_view key) {
  std::string id = slug_of(words) + '-';
  std::uint64_t hash = hash_of(key);
  for (std::size_t i = 0; i < hash_letters; ++i) {
    id += consonants[hash % consonants.size()];
    hash /= consonants.size();
  }
  char check = check_letter(id);
  for (std::size_t next = hash % consonants.size(); check == '\0'; ++next) {
    id.back() = consonants[next % consonants.size()];
    check = check_letter(id);
  }
  return id + check;
}

bool is_fact_id(std::string_view id) {
  if (id.size() < hash_letters + 3) return false;
  if (!std::ranges::all_of(id, is_slug_character)) return false;
  const std::string_view body = id.substr(0, id.size() - 1);
  if (body[body.size() - hash_letters - 1] != '-') return false;
  const std::string_view hash = body.substr(body.size() - hash_letters);
  const auto is_consonant = [](char c) { return consonants.find(c) != std::string_view::npos; };
  return std::ranges::all_of(hash, is_consonant) && id.back() == check_letter(body);
}

}  // namespace chimera::proto
