#include "daemon/cli/registration.hpp"

namespace chimera::cli {

void add_settings_flags(CLI::App& sub, const std::shared_ptr<config::flag_values>& given) {
  for (const config::outside_key& key : config::outside_keys()) {
    const std::string help = key.help + " (or " + key.variable + ")";
    const std::string name = key.name;
    if (name == "insecure") {
      sub.add_flag_callback("--" + name, [given, name] { (*given)[name] = {"true"}; }, help);
      continue;
    }
    auto take = [given, name](const std::vector<std::string>& values) {
      (*given)[name] = values;
      return true;
    };
    CLI::Option* option = sub.add_option("--" + name, take, help);
    option->type_size(1)->expected(1, CLI::detail::expected_max_vector_size);
    if (!key.is_list)
      option->expected(1);
    else
      option->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
}

}  // namespace chimera::cli
