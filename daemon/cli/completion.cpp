#include "daemon/cli/completion.hpp"

#include <cstdio>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace chimera::cli {
namespace {

// One command: "", "analyze", "personas list", and the words that may follow it.
struct completed {
  std::string path;
  std::vector<std::string> commands;
  std::vector<std::string> options;  ///< "--json", "-o"
  std::string description;
};

void collect(const CLI::App& app, const std::string& path, std::vector<completed>& all) {
  completed one;
  one.path = path;
  one.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) one.options.push_back("--" + name);
    for (const std::string& name : option->get_snames()) one.options.push_back("-" + name);
  }
  const auto subs = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : subs) one.commands.push_back(sub->get_name());
  all.push_back(std::move(one));
  for (const CLI::App* sub : subs)
    collect(*sub, path.empty() ? sub->get_name() : path + ' ' + sub->get_name(), all);
}

// The words before the cursor that name commands lead to a case; zsh speaks it too (bashcompinit).
std::string bash_text(const std::vector<completed>& all) {
  std::string out =
      "_chimera() {\n"
      "  local at= word i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$at ${COMP_WORDS[i]}\" in\n";
  for (const completed& one : all)
    if (!one.path.empty()) out += fmt::format("      ' {0}') at=' {0}' ;;\n", one.path);
  out +=
      "    esac\n"
      "  done\n"
      "  word=${COMP_WORDS[COMP_CWORD]}\n"
      "  case \"$at\" in\n";
  for (const completed& one : all)
    out += fmt::format("    '{}{}') COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n",
                       one.path.empty() ? "" : " ", one.path,
                       fmt::join(one.commands.empty() ? one.options : one.commands, " "));
  return out +
         "  esac\n"
         "  if [[ $word != -* && ${#COMPREPLY[@]} -eq 0 || $word != -* && $at != '' ]]; then\n"
         "    [[ ${COMPREPLY[0]-} == -* || ${#COMPREPLY[@]} -eq 0 ]] &&\n"
         "      COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _chimera chimera\n";
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("\\'") : std::string(1, c);
  return out + "'";
}

// Conditions in fish: the commands that were given so far, in order.
std::string fish_text(const std::vector<completed>& all) {
  std::string out =
      "function __chimera_at\n"
      "  set -l words (commandline -opc)\n"
      "  set -l given (string match -v -- '-*' $words[2..-1])\n"
      "  test (string join ' ' $given[1..(count $argv)]) = (string join ' ' $argv)\n"
      "end\n"
      "function __chimera_bare\n"
      "  test (count (string match -v -- '-*' (commandline -opc)[2..-1])) -eq $argv[1]\n"
      "end\n";
  for (const completed& one : all) {
    if (one.path.empty()) continue;
    const std::size_t space = one.path.rfind(' ');
    const std::string above = space == std::string::npos ? "" : one.path.substr(0, space);
    const std::string name = one.path.substr(space == std::string::npos ? 0 : space + 1);
    const std::string condition = above.empty()
                                      ? "__chimera_bare 0"
                                      : fmt::format("__chimera_at {}; and __chimera_bare 1", above);
    out += fmt::format("complete -c chimera -f -n '{}' -a {} -d {}\n", condition, name,
                       quoted(one.description));
    for (const std::string& option : one.options)
      out += option.starts_with("--")
                 ? fmt::format("complete -c chimera -n '__chimera_at {}' -l {}\n", one.path,
                               option.substr(2))
                 : fmt::format("complete -c chimera -n '__chimera_at {}' -s {}\n", one.path,
                               option.substr(1));
  }
  return out;
}

}  // namespace

std::string completion_text(const CLI::App& app, const std::string& shell) {
  std::vector<completed> all;
  collect(app, "", all);
  if (shell == "fish") return fish_text(all);
  return (shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "") + bash_text(all);
}

exit_code print_completion(const CLI::App& app, const std::string& shell) {
  fmt::print("{}", completion_text(app, shell));
  return exit_code::done;
}

}  // namespace chimera::cli
