// Writes true sentences about a tree: with references as agents do, or with bare numbers.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "claims/phrases.hpp"
#include "claims/told_sentence.hpp"
#include "claims/world.hpp"

namespace chimera::bench {

/// How a value is shown.
struct shown_number {
  std::string digits;
  std::string unit;  ///< with the blank before it
  double truth = 0;  ///< in that unit
  double shown = 0;
  double step = 1;
  int places = 0;
};

class writer {
 public:
  struct draft;

  writer(const world& w, dice& random, bool references)
      : world_(w), random_(random), references_(references) {}

  /// A true sentence, `about` a series if one is given; nothing where the form does not fit what
  /// was drawn.
  [[nodiscard]] std::optional<told_sentence> write(const form& f, const series* about = nullptr);

  /// Names that sentences refer to ("{{m:id}}"), by id.
  [[nodiscard]] const std::map<std::string, std::string>& names() const { return names_; }

  /// `truth` in `unit` with a precision that was drawn.
  [[nodiscard]] shown_number show(double truth, std::string_view unit, bool whole);
  /// The words for a group or file, with {{m:..}} in reference mode.
  [[nodiscard]] std::string group_text(const series& s, const series* other);
  [[nodiscard]] std::string date_text(const proto::fact& date);
  [[nodiscard]] std::string name(std::string text);
  [[nodiscard]] std::string file_text(const std::string& path);

 private:
  bool draw(draft& d, shape made, const series* about);
  bool draw_sibling(draft& d);
  void put(draft& d, std::string_view slot);
  void put_value(draft& d, const proto::fact& f, hedging weak);
  void put_change(draft& d);
  void put_direction(draft& d, std::string_view slot);
  void add(draft& d, std::string text, role what, std::size_t value = 0);
  std::string metric_text(const series& s);
  bool put_extreme(draft& d);
  void put_count(draft& d);
  void put_context(draft& d);
  bool ok_ = true;  // the form fits what was drawn

  const world& world_;
  dice& random_;
  bool references_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> name_ids_;
};

}  // namespace chimera::bench
