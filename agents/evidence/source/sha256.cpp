#include "agents/evidence/source/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>

namespace chimera::evidence {
namespace {

// Fetched once: EVP_sha256() makes OpenSSL 3 look the algorithm up at each start, which costs more
// than hashing a small file.
const EVP_MD* algorithm() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found;
}

EVP_MD_CTX* cast(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

void sha256_stream::context_end::operator()(void* context) const { EVP_MD_CTX_free(cast(context)); }

sha256_stream::sha256_stream() : context_(EVP_MD_CTX_new()) {
  sound_ = context_ != nullptr && algorithm() != nullptr &&
           EVP_DigestInit_ex2(cast(context_.get()), algorithm(), nullptr) == 1;
}

void sha256_stream::add(std::string_view bytes) {
  sound_ = sound_ && EVP_DigestUpdate(cast(context_.get()), bytes.data(), bytes.size()) == 1;
}

std::string sha256_stream::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  sound_ = sound_ && EVP_DigestFinal_ex(cast(context_.get()), digest.data(), &size) == 1;
  if (!sound_) return {};
  sound_ = false;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(std::size_t{size} * 2);
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[digest[i] >> 4U];
    text += digits[digest[i] & 15U];
  }
  return text;
}

}  // namespace chimera::evidence
