#include "agents/evidence/source/convert.hpp"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <array>
#include <cstddef>
#include <memory>

namespace chimera::evidence {
namespace {

struct converter_end {
  void operator()(UConverter* c) const { ucnv_close(c); }
};
using converter = std::unique_ptr<UConverter, converter_end>;

converter open_converter(const char* name, on_error mode) {
  UErrorCode error = U_ZERO_ERROR;
  converter out(ucnv_open(name, &error));
  if (U_FAILURE(error)) return nullptr;
  if (mode == on_error::stop) {
    ucnv_setToUCallBack(out.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
    ucnv_setFromUCallBack(out.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
    // No best fit either: what comes back must be what was there.
    ucnv_setFallback(out.get(), static_cast<UBool>(false));
  }
  return U_FAILURE(error) ? nullptr : std::move(out);
}

}  // namespace

std::optional<std::string> convert(const char* from, const char* to, std::string_view bytes,
                                   on_error mode) {
  const converter source = open_converter(from, mode);
  const converter target = open_converter(to, mode);
  if (!source || !target) return std::nullopt;
  std::string out;
  std::array<char, std::size_t{16} << 10U> piece{};
  std::array<UChar, std::size_t{4} << 10U> pivot{};
  UChar* pivot_read = pivot.data();
  UChar* pivot_write = pivot.data();
  const char* in = bytes.data();
  const char* const in_end = in + bytes.size();
  bool first = true;
  for (;;) {
    UErrorCode error = U_ZERO_ERROR;
    char* write = piece.data();
    ucnv_convertEx(target.get(), source.get(), &write, piece.data() + piece.size(), &in, in_end,
                   pivot.data(), &pivot_read, &pivot_write, pivot.data() + pivot.size(),
                   static_cast<UBool>(first), static_cast<UBool>(true), &error);
    first = false;
    out.append(piece.data(), static_cast<std::size_t>(write - piece.data()));
    if (error == U_BUFFER_OVERFLOW_ERROR) continue;
    if (U_FAILURE(error)) return std::nullopt;
    return out;
  }
}

}  // namespace chimera::evidence
