// Names of archive entries in UTF-8, whatever the locale of the process.
#pragma once

#include <locale.h>

namespace chimera::datasets {

/// libarchive converts names with the locale of the thread: UTF-8 while this lives.
class utf8_names {
 public:
  utf8_names() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = uselocale(locale_);
  }
  utf8_names(const utf8_names&) = delete;
  utf8_names& operator=(const utf8_names&) = delete;
  ~utf8_names() {
    if (locale_ == nullptr) return;
    uselocale(before_);
    freelocale(locale_);
  }

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

}  // namespace chimera::datasets
