#include "daemon/cli/registration.hpp"

#include <utility>

namespace chimera::cli {

void add_settings_flags(CLI::App& sub, const std::shared_ptr<config::flag_values>& given) {
  for (const config::outside_key& key : config::outside_keys()) {
    const std::string help = key.help + " (or " + key.variable + ")";
    const std::string name = key.name;
    if (name == "insecure") {
      auto set = [given, name] { (*given)[name] = {"true"}; };
      sub.add_flag_callback("--" + name, std::move(set), help);
      continue;
    }
    auto take = [given, name](const std::vector<std::string>& values) { (*given)[name] = values; };
    CLI::Option* option =
        sub.add_option_function<std::vector<std::string>>("--" + name, std::move(take), help);
    option->allow_extra_args(false);
    if (!key.is_list) option->expected(1);
  }
}

}  // namespace chimera::cli
