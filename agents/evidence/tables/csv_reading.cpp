#include "agents/evidence/tables/csv_reading.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "agents/evidence/tables/memory_pages.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t thread_bytes = 1U << 20U;     // less is not worth a thread
constexpr std::size_t part_bytes = 256U << 10U;     // of several threads: fits the second cache
constexpr std::size_t parts_ahead = 32;             // what a thread that waits may cost in memory
constexpr std::size_t batch = 4'096;                // separators: fits the first cache
constexpr std::size_t growth = 2'048;               // rows: eleven columns fit the second cache
constexpr std::size_t most_line_bytes = 1U << 30U;  // positions within a batch are 32 bits

std::size_t line_bytes_of(const table_limits& limits) {
  return std::min(limits.line_bytes, most_line_bytes);
}

}  // namespace

/// Threads take the parts in their order.
template <class Work>
void csv_reading::each_part(const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t p = next++; p < parts_.size(); p = next++) work(parts_[p]);
  };
  std::vector<std::jthread> helpers;
  for (std::size_t t = 1; t < std::min(threads_, parts_.size()); ++t) helpers.emplace_back(run);
  run();
}

std::uint64_t csv_reading::line_at(std::size_t offset) const {
  return 1 + count_line_ends(text_.substr(0, offset), dialect_.marks.line_end);
}

void csv_reading::split(std::size_t number) {
  const std::size_t begin = std::min(layout_.data_begin, text_.size());
  const std::size_t size = text_.size() - begin;
  std::size_t at = begin;
  parts_.clear();
  for (std::size_t p = 1; p <= number && at < text_.size(); ++p) {
    std::size_t end = text_.size();
    if (p < number) {
      const std::size_t line_end =
          text_.find(dialect_.marks.line_end, std::max(at, begin + size / number * p));
      end = line_end == std::string_view::npos ? end : line_end + 1;
    }
    parts_.emplace_back();
    parts_.back().begin = at;
    parts_.back().end = end;
    at = end;
  }
  if (parts_.empty()) {
    parts_.emplace_back();
    parts_.back().begin = parts_.back().end = text_.size();
  }
}

void csv_reading::count_parts() {
  each_part([&](part& piece) {
    piece.totals =
        count_records(text_, piece.begin, piece.end, dialect_.marks, line_bytes_of(limits_));
  });
}

/// False if a place where the text was cut may be inside quotes, or the quotes are misplaced.
bool csv_reading::count_in(std::size_t number) {
  split(number);
  count_parts();
  return std::ranges::all_of(parts_, [](const part& piece) {
    return piece.totals.regular && !piece.totals.open && !piece.totals.long_record;
  });
}

std::optional<proto::problem> csv_reading::count() {
  const std::size_t size = text_.size() - std::min(layout_.data_begin, text_.size());
  threads_ = std::clamp<std::size_t>(size / thread_bytes, 1, std::max<std::size_t>(threads_, 1));
  const std::size_t many = threads_ > 1 ? size / part_bytes : 1;
  // Where line ends stand in quotes, few cuts may succeed when many do not.
  if (!count_in(many) && (threads_ == 1 || !count_in(threads_)) && !count_in(1)) {
    forgiving_ = true;
    parts_.front().totals =
        count_with_walker(text_, parts_.front().begin, dialect_.marks, line_bytes_of(limits_));
  }
  std::uint64_t line = layout_.data_line;
  for (part& piece : parts_) {
    if (piece.totals.long_record) {
      const std::uint64_t at = line_at(*piece.totals.long_record);
      return refuse_csv("csv.line-too-long",
                        fmt::format("line {} is longer than {} bytes", at, line_bytes_of(limits_)),
                        "split the record or raise the limit of bytes per line", at)
          .error();
    }
    piece.first_line = line;
    records_ += piece.totals.records;
    line += piece.totals.line_ends;
    track_lines_ = track_lines_ || piece.totals.quoted_line_ends > 0;
  }
  if (records_ <= limits_.rows) return std::nullopt;
  const std::uint64_t at = layout_.data_line + limits_.rows;
  return refuse_csv("csv.too-many-rows",
                    fmt::format("line {}: more than {} rows", at, limits_.rows),
                    "split the file or raise the limit of rows", at)
      .error();
}

std::optional<proto::problem> csv_reading::check_memory() const {
  std::size_t cell_bytes = 0;
  for (const csv_duty duty : duties_) {
    cell_bytes += duty == csv_duty::texts ? sizeof(std::uint32_t) : sizeof(double);
  }
  std::size_t texts = 0;
  bool too_much = too_much_;
  for (const storage& column : storage_) texts += column.pool.memory();
  for (const part& piece : parts_) {
    too_much = too_much || piece.too_much;
    for (const csv_cells& cells : piece.rows.columns) texts += cells.pool.memory();
  }
  const std::size_t rows = std::max<std::size_t>(records_, 1);
  too_much = too_much || texts > limits_.memory_bytes ||
             cell_bytes > (limits_.memory_bytes - texts) / rows;
  if (!too_much) return std::nullopt;
  const std::uint64_t first = layout_.data_line;
  return refuse_csv(
             "csv.too-much-memory",
             fmt::format("lines {} to {}: {} columns of {} rows take more than {} bytes", first,
                         first + records_, duties_.size(), records_, limits_.memory_bytes),
             "split the file or raise the limit of memory", first)
      .error();
}

void csv_reading::begin_part(part& piece, bool track_lines) {
  csv_rows& rows = piece.rows;
  rows = {};
  rows.text = text_.data();
  rows.marks = dialect_.marks;
  rows.style = dialect_.style;
  rows.cell = rows.record = piece.begin;
  rows.track_lines = track_lines;
  rows.line = piece.first_line;
  if (track_lines) rows.lines.reserve(piece.totals.records);
  rows.columns.resize(duties_.size());
  piece.places.assign(duties_.size(), {});
  for (std::size_t c = 0; c < duties_.size(); ++c) {
    rows.columns[c].duty = duties_[c];
    rows.columns[c].unit = layout_.columns[c].unit;
    if (duties_[c] == csv_duty::numbers) {
      piece.places[c].values.reserve(piece.totals.records);
      ask_for_huge_pages(piece.places[c].values.data(), piece.totals.records * sizeof(double));
    } else {
      piece.places[c].codes.reserve(piece.totals.records);
    }
  }
}

void csv_reading::grow(part& piece, std::size_t rows) {
  std::size_t texts = 0;
  for (std::size_t c = 0; c < duties_.size(); ++c) {
    storage& places = piece.places[c];
    csv_cells& cells = piece.rows.columns[c];
    texts += cells.pool.memory();
    // Piece by piece, so that the places are in the cache when written.
    if (duties_[c] == csv_duty::numbers) {
      places.values.resize(rows);
      cells.values = places.values.data();
    } else {
      places.codes.resize(rows);
      cells.codes = places.codes.data();
    }
  }
  piece.too_much = texts > limits_.memory_bytes;
}

void csv_reading::read_part(part& piece, bool track_lines) {
  begin_part(piece, track_lines);
  piece.too_much = too_much_;
  if (piece.too_much) return;
  csv_rows& rows = piece.rows;
  csv_walker walker(text_, dialect_.marks, piece.begin, line_bytes_of(limits_));
  csv_scan scan{.text = text_.data(),
                .at = piece.begin,
                .end = piece.end,
                .marks = dialect_.marks,
                .walker = forgiving_ ? &walker : nullptr};
  text_spender spender(spendable_, piece.begin);
  const std::size_t unspent_rows = unspent_bytes / (sizeof(double) * duties_.size() * threads_) + 1;
  std::vector<std::uint32_t> separators(batch);
  std::size_t grown = 0;
  for (;;) {
    const std::size_t base = scan.at;
    const std::size_t found = find_separators(scan, separators);
    const std::size_t needed = std::min(rows.row + found + 1, piece.totals.records);
    if (needed > grown || grown == 0) {
      grown = std::min(std::max(needed, grown + growth), piece.totals.records);
      grow(piece, grown);
      if (piece.too_much) return;
      if (grown > unspent_rows) spender.pass(track_lines ? rows.record : rows.cell);
    }
    if (found == 0) break;
    take_cells(rows, base, std::span(separators).first(found));
  }
  take_last_cell(rows, piece.end);
}

std::optional<proto::problem> csv_reading::pass(bool track_lines) {
  if (auto refused = check_memory()) return refused;
  rows_ = 0;
  appended_ = 0;
  storage_.clear();
  storage_.resize(duties_.size());
  for (std::size_t c = 0; parts_.size() > 1 && c < duties_.size(); ++c) {
    // Memory that is not written costs nothing.
    if (duties_[c] == csv_duty::texts) storage_[c].codes.reserve(records_);
    if (duties_[c] == csv_duty::texts) continue;
    storage_[c].values.reserve(records_);
    ask_for_huge_pages(storage_[c].values.data(), records_ * sizeof(double));
  }
  for (part& piece : parts_) piece.read = false;
  each_part([&](part& piece) {
    const auto index = static_cast<std::size_t>(&piece - parts_.data());
    for (std::size_t done = appended_; index >= done + parts_ahead; done = appended_) {
      appended_.wait(done);
    }
    read_part(piece, track_lines);
    finish_part(piece);
  });
  return check_memory();
}

bool csv_reading::plan_second_pass() {
  bool again = false;
  for (std::size_t c = 0; c < duties_.size(); ++c) {
    const bool texts = std::ranges::any_of(
        parts_, [&](const part& piece) { return piece.rows.columns[c].texts > 0; });
    if (texts) duties_[c] = csv_duty::texts;
    again = again || texts;
  }
  bool blank = false;
  for (const part& piece : parts_) {
    const bool between = piece.rows.blank_between || (blank && piece.rows.row > 0);
    again = again || (between && !track_lines_);
    track_lines_ = track_lines_ || between;
    blank = blank || piece.rows.blank_seen;
  }
  return again;
}

std::optional<proto::problem> csv_reading::restore_text() {
  storage_.clear();
  if (spendable_ == nullptr || !spendable_->spent()) return std::nullopt;
  const bool restored = spendable_->restore();
  text_ = spendable_->view();
  spender_ = text_spender(spendable_, 0);
  if (restored) return std::nullopt;
  return refuse_csv("csv.changed", "the file could not be read a second time as it was before",
                    "leave the file alone while it is read", layout_.data_line)
      .error();
}

proto::result<table> csv_reading::run() {
  if (auto refused = count()) return std::unexpected(*refused);
  for (const csv_column_plan& plan : layout_.columns) {
    duties_.push_back(plan.texts ? csv_duty::texts : csv_duty::numbers);
  }
  if (auto refused = pass(track_lines_)) return std::unexpected(*refused);
  if (plan_second_pass()) {
    if (auto refused = restore_text()) return std::unexpected(*refused);
    if (auto refused = pass(track_lines_)) return std::unexpected(*refused);
  }
  return assemble();
}

}  // namespace chimera::evidence
