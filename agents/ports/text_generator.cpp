#include "agents/ports/text_generator.hpp"

namespace chimera {

task<proto::result<model_limits>> text_generator::limits(generation_request /*about*/) {
  co_return model_limits{};
}

task<proto::result<std::uint64_t>> text_generator::count_tokens(generation_request request) {
  constexpr std::uint64_t bytes_a_token = 2;  // identifiers and digits are dense: rather too many
  co_return (request.system.size() + request.prompt.size()) / bytes_a_token + 1;
}

}  // namespace chimera
