// Settings of the daemon, from a file as anybody may write it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/config/load_settings.hpp"
#include "daemon/config/values.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chimera;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = config::read_settings(text, "chimera.yaml", {{"HOME", "/"}}, {});
  // Whatever is accepted keeps to this machine, or says that it does not.
  if (read && !read->insecure && read->token_file.empty() &&
      !config::is_loopback(read->listen.host))
    std::abort();
  if (!read && proto::to_text(read.error()).empty()) std::abort();
  (void)config::parse_duration(text);
  (void)config::parse_bytes(text);
  (void)config::parse_listen(text);
  (void)config::url_fault(text);
  return 0;
}
