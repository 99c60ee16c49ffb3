#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "daemon/inference/llama/engine/model.hpp"

namespace chimera::embedded {
namespace {

constexpr std::uintmax_t whole_max = std::uintmax_t{64} << 20U;
constexpr std::uintmax_t sample = std::uintmax_t{16} << 20U;

class sha256 {
 public:
  sha256() { sound_ = EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr) == 1; }

  void add(const char* bytes, std::size_t size) {
    sound_ = sound_ && EVP_DigestUpdate(state_.get(), bytes, size) == 1;
  }

  // `size` bytes from `begin` on; false if they are not there.
  bool add_part(std::ifstream& in, std::uintmax_t begin, std::uintmax_t size) {
    in.seekg(static_cast<std::streamoff>(begin));
    std::vector<char> buffer(std::size_t{1} << 20U);
    while (size > 0 && in) {
      const std::uintmax_t now = std::min<std::uintmax_t>(size, buffer.size());
      in.read(buffer.data(), static_cast<std::streamsize>(now));
      add(buffer.data(), static_cast<std::size_t>(in.gcount()));
      size -= static_cast<std::uintmax_t>(in.gcount());
    }
    return size == 0;
  }

  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int length = 0;
    if (!sound_ || EVP_DigestFinal_ex(state_.get(), bytes.data(), &length) != 1) return {};
    std::string text;
    for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", bytes[i]);
    return text;
  }

 private:
  struct release {
    void operator()(EVP_MD_CTX* state) const { EVP_MD_CTX_free(state); }
  };
  std::unique_ptr<EVP_MD_CTX, release> state_{EVP_MD_CTX_new()};
  bool sound_ = false;
};

}  // namespace

std::string digest_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) return {};
  sha256 sum;
  if (size <= whole_max) return sum.add_part(in, 0, size) ? "sha256:" + sum.hex() : "";
  const std::string length = fmt::format("{}\n", size);
  sum.add(length.data(), length.size());
  for (const std::uintmax_t begin : {std::uintmax_t{0}, size / 2, size - sample})
    if (!sum.add_part(in, begin, sample)) return {};
  return "sampled-sha256:" + sum.hex();
}

}  // namespace chimera::embedded
