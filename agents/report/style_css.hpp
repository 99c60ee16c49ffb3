// The style sheet that is embedded in report.html.
#pragma once

#include <string_view>

namespace chimera::report {

/// System font, dark and light, phone and print; colours as custom properties that figures use too.
extern const std::string_view style_css;

}  // namespace chimera::report
