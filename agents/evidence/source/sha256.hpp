// SHA-256 of bytes that come piece by piece. OpenSSL does the work.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace chimera::evidence {

class sha256_stream {
 public:
  sha256_stream();
  void add(std::string_view bytes);
  /// 64 lower-case hex digits; "" if OpenSSL failed on the way (no memory). Ends the stream.
  [[nodiscard]] std::string hex();

 private:
  struct context_end {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, context_end> context_;
  bool sound_ = false;
};

}  // namespace chimera::evidence
