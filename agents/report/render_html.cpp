#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "agents/report/printed_text.hpp"
#include "agents/report/printer.hpp"
#include "agents/report/render.hpp"
#include "agents/report/style_css.hpp"

namespace chimera::report {
namespace {

// Letters only and found nowhere else: Markdown passes it through untouched, and no text of an
// artifact can hold it, since the private-use characters at its ends are removed from all that is
// printed.
constexpr std::string_view mark_open = "\xEE\x80\x80";
constexpr std::string_view mark_close = "\xEE\x80\x81";

constexpr std::size_t fact_bytes_max = 200;

std::string mark_of(std::size_t index) {
  std::string text(mark_open);
  for (std::size_t rest = index + 1; rest > 0; rest /= 16)
    text += static_cast<char>('a' + rest % 16);
  return text.append(mark_close);
}

// The printed source with each fact and figure replaced by a mark; names and strikes stay Markdown.
struct marked {
  std::string text;
  std::vector<printed_span> spans;
};

marked mark_spans(const printed& p) {
  marked out;
  std::size_t from = 0;
  for (const printed_span& span : p.spans) {
    const bool image = span.what == printed_span::type::name && p.text[span.start] == '!';
    if (span.what != printed_span::type::fact && !image) continue;
    out.text.append(p.text, from, span.start - from);
    out.text += mark_of(out.spans.size());
    out.spans.push_back(span);
    from = span.end;
  }
  out.text.append(p.text, from);
  return out;
}

std::string markdown_to_html(const std::string& text) {
  cmark_gfm_core_extensions_ensure_registered();
  const int options = CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_GITHUB_PRE_LANG;
  const std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)> parser(
      cmark_parser_new(options), cmark_parser_free);
  for (const char* name : {"table", "strikethrough"})
    cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension(name));
  cmark_parser_feed(parser.get(), text.data(), text.size());
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> root(
      cmark_parser_finish(parser.get()), cmark_node_free);
  char* html =
      cmark_render_html(root.get(), options, cmark_parser_get_syntax_extensions(parser.get()));
  std::string out(html);
  cmark_get_default_mem_allocator()->free(html);
  return out;
}

std::string filter_text(const proto::fact& f) {
  std::string text;
  for (const proto::filter_term& t : f.filter)
    text += fmt::format("{}{} {} {}", text.empty() ? "" : " and ", t.column, t.op, t.value);
  return text.empty() ? "all rows that did not fail" : text;
}

std::string excluded_text(const proto::fact& f) {
  std::string text;
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(f.excluded.failed, "failed");
  add(f.excluded.missing, "missing");
  add(f.excluded.cold, "cold");
  return text.empty() ? "none" : text;
}

// "sum of x / sum of y" and the like: which values a derived fact was computed from.
std::string formula_text(const proto::fact& f) {
  if (f.derived_from.empty()) return {};
  return fmt::format(" \xC2\xB7 {} from {} facts", f.agg, f.derived_from.size());
}

std::string tip_of(const proto::fact& f) {
  std::string tip =
      fmt::format("{} \xC2\xB7 {} \xC2\xB7 {} of {} \xC2\xB7 n = {} \xC2\xB7 excluded: {}",
                  f.file == "." ? "the whole tree" : f.file, f.where.path, f.agg, filter_text(f),
                  f.n, excluded_text(f));
  tip += formula_text(f);
  if (!f.phrase.empty()) tip += " \xC2\xB7 " + f.phrase;
  return escaped_html(one_line(tip, 600));
}

std::string fact_link(const proto::fact& f) {
  return fmt::format("<a class=\"fact\" href=\"#fact-{}\" data-tip=\"{}\">{}</a>",
                     escaped_html(f.id), tip_of(f),
                     escaped_html(one_line(print_fact(f), fact_bytes_max)));
}

std::string inline_figure(const figure& f) {
  return fmt::format("<figure>{}<figcaption>{}</figcaption></figure>", f.svg,
                     escaped_html(f.title));
}

std::string html_of_span(const printed_span& span, const catalog& names) {
  if (span.what == printed_span::type::fact) return fact_link(*names.find_fact(span.id));
  const auto found = names.figures.find(span.id);
  return found == names.figures.end() ? std::string{} : inline_figure(found->second);
}

// Within an attribute (the text of an image, say) only text may stand.
std::string text_of_span(const printed_span& span, const catalog& names) {
  if (span.what == printed_span::type::fact)
    return escaped_html(one_line(print_fact(*names.find_fact(span.id)), fact_bytes_max));
  const auto found = names.figures.find(span.id);
  return found == names.figures.end() ? std::string{} : escaped_html(found->second.title);
}

std::string replace_marks(std::string_view html, const std::vector<printed_span>& spans,
                          const catalog& names) {
  std::string out;
  std::size_t from = 0;
  bool in_tag = false;
  for (std::size_t at = html.find(mark_open); at != std::string_view::npos;
       at = html.find(mark_open, from)) {
    const std::size_t close = html.find(mark_close, at);
    if (close == std::string_view::npos) break;
    for (std::size_t i = from; i < at; ++i)
      if (html[i] == '<' || html[i] == '>') in_tag = html[i] == '<';
    std::size_t index = 0;
    std::size_t scale = 1;
    for (std::size_t i = at + mark_open.size(); i < close; ++i, scale *= 16)
      index += static_cast<std::size_t>(html[i] - 'a') * scale;
    out.append(html, from, at - from);
    if (index >= 1 && index <= spans.size())
      out += in_tag ? text_of_span(spans[index - 1], names) : html_of_span(spans[index - 1], names);
    from = close + mark_close.size();
  }
  out.append(html, from);
  return out;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, from)) {
    out.append(text, from, at - from);
    out += with;
    from = at + what.size();
  }
  out.append(text, from);
  return out;
}

// Letters of a heading without its tags and marks; a second heading of the same words gets '-'
// more.
std::string slug_of(std::string_view heading, std::set<std::string>& taken) {
  std::string slug;
  bool in_tag = false;
  for (std::size_t i = 0; i < heading.size(); ++i) {
    if (heading.substr(i).starts_with(mark_open)) i = heading.find(mark_close, i);
    if (i == std::string_view::npos) break;
    const char c = heading[i];
    if (c == '<' || c == '>') in_tag = c == '<';
    if (in_tag) continue;
    if (c >= 'a' && c <= 'z')
      slug += c;
    else if (c >= 'A' && c <= 'Z')
      slug += static_cast<char>(c | 0x20);
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  if (slug.empty()) slug = "section";
  while (!taken.insert(slug).second) slug += '-';
  return slug;
}

// Gives h2 their ids, wraps tables for sideways scrolling, turns "fold:" headings into details.
std::string arrange(std::string_view body) {
  std::string html = replaced(body, "<table>", "<div class=\"scroll\" tabindex=\"0\"><table>");
  html = replaced(html, "</table>", "</table></div>");
  html = replaced(html, "<del>", "<del title=\"struck: no fact proves it\">");
  std::string out;
  std::set<std::string> slugs = {"facts"};
  std::size_t from = 0;
  bool open = false;
  bool first = true;
  constexpr std::string_view fold = "<h4>fold: ";
  while (from < html.size()) {
    std::size_t at = html.find("<h", from);
    while (at != std::string::npos && (html[at + 2] < '1' || html[at + 2] > '4'))
      at = html.find("<h", at + 2);
    if (at == std::string::npos) break;
    out.append(html, from, at - from);
    if (open) out += "</details>\n";
    open = false;
    const std::size_t end = html.find("</h", at);
    const std::size_t after = end == std::string::npos ? html.size() : html.find('>', end) + 1;
    const std::string_view heading = std::string_view(html).substr(at, after - at);
    if (heading.starts_with(fold)) {
      out += fmt::format("<details{}><summary>{}</summary>", first ? " open" : "",
                         heading.substr(fold.size(), heading.size() - fold.size() - 5));
      open = true;
      first = false;
    } else if (heading.starts_with("<h2>")) {
      const std::string_view text = heading.substr(4, heading.size() - 9);
      out += fmt::format("<h2 id=\"{}\">{}</h2>", slug_of(text, slugs), text);
    } else {
      out += heading;
    }
    from = after;
  }
  out.append(html, from);
  if (open) out += "</details>\n";
  return out;
}

std::string facts_section(const std::vector<std::string>& used, const catalog& names) {
  std::string out =
      "<h2 id=\"facts\">Appendix: facts</h2>\n<p>Every fact that this report prints, and what it "
      "is derived from.</p>\n<div class=\"scroll facts\" tabindex=\"0\"><table><thead><tr><th>Fact"
      "</th><th>Value</th><th>File</th><th>Column or pointer</th><th>Rows</th><th>Computed as</th>"
      "<th>n</th><th>Excluded</th><th>sha256</th><th>Derived from</th></tr></thead><tbody>\n";
  for (const std::string& id : used) {
    const proto::fact* f = names.find_fact(id);
    if (f == nullptr) continue;
    std::string operands;
    for (const std::string& operand : f->derived_from)
      if (names.find_fact(operand) != nullptr)
        operands += fmt::format("<a href=\"#fact-{0}\">{0}</a> ", escaped_html(operand));
    const std::string value = f->refused()      ? print_fact(*f)
                              : f->unit.empty() ? f->value
                                                : f->value + ' ' + f->unit;
    out += fmt::format(
        "<tr id=\"fact-{0}\"><td><code>{0}</code></td><td align=\"right\">{1}</td><td>{2}</td>"
        "<td>{3}</td><td>{4}</td><td>{5}</td><td align=\"right\">{6}</td><td>{7}</td>"
        "<td><code>{8}</code></td><td>{9}</td></tr>\n",
        escaped_html(id), escaped_html(one_line(value)), escaped_html(one_line(f->file)),
        escaped_html(one_line(f->where.path)), escaped_html(one_line(filter_text(*f))),
        escaped_html(f->agg), f->n, excluded_text(*f), f->sha256.substr(0, 12), operands);
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string render_html(std::string_view source, const catalog& names,
                        const html_options& options) {
  // The list of facts that Markdown ends with is written here in full, with anchors.
  const std::size_t list = source.rfind("\n## Appendix: facts\n");
  const printed p = print_source(source.substr(0, list == source.npos ? list : list + 1), names);
  const marked m = mark_spans(p);
  std::string body = replace_marks(arrange(markdown_to_html(m.text)), m.spans, names);
  body = replaced(body, "<p><figure>", "<figure>");
  body = replaced(body, "</figure></p>", "</figure>");
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
      "content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; "
      "img-src "
      "data:\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}{}</main>\n</"
      "body>\n"
      "</html>\n",
      escaped_html(options.language), escaped_html(options.title), style_css, body,
      facts_section(p.facts_used, names));
}

}  // namespace chimera::report
