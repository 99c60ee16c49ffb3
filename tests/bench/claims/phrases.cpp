#include "claims/phrases.hpp"

#include <array>

namespace chimera::bench {
namespace {

constexpr std::array all_forms = {
    form{shape::one, "The {s} {m} of {g} was {v}."},
    form{shape::one, "{g} reached a {s} {m} of {v}."},
    form{shape::one, "With {g} the {s} {m} is {v}."},
    form{shape::one, "**{s} {m}** ({g}): {v}"},
    form{shape::one, "- {s} {m} for {g}: {v}"},
    form{shape::one, "We measured a {s} {m} of {v} for {g}."},
    form{shape::one, "{v} was the {s} {m} of {g}."},
    form{shape::one, "{g}: {s} {m} {v}"},
    form{shape::one, "For {g}, {m} came to {v} ({s})."},
    form{shape::one, "The {m} of {g} has a {s} of {v}."},
    form{shape::one, "- **{g}:** {s} {m} {v}"},
    form{shape::one, "At {v}, the {s} {m} of {g} is what a user notices first."},
    form{shape::one, "It is worth noting that the {s} {m} stays at {v} when running {g}."},
    form{shape::one, "Users of {g} see a {s} {m} of {v}, which is acceptable for interactive use."},
    form{shape::one, "- **{s} {m}:** {v} ({g})"},
    form{shape::one, "Our runs of {g} gave {v} as the {s} {m}."},
    form{shape::groups, "The {s} {m} was {v} for {g} and {w} for {h}."},
    form{shape::groups, "{g} and {h} reach a {s} {m} of {v} and {w}, respectively."},
    form{shape::groups, "{s} {m}: {g} {v}, {h} {w}."},
    form{shape::groups, "While {g} had a {s} {m} of {v}, {h} had {w}."},
    form{shape::groups, "{g} has a {s} {m} of {v}, compared to {w} for {h}."},
    form{shape::groups, "{g} ({v}) and {h} ({w}) differ in {s} {m}."},
    form{shape::groups, "The {s} {m} is {v} with {g}; with {h} it is {w}."},
    form{shape::groups, "Moving from {g} to {h} changes the {s} {m} from {v} to {w}."},
    form{shape::groups, "- {g}: {v} {s} {m}\n- {h}: {w} {s} {m}"},
    form{shape::groups, "The {s} {m} went from {v} ({g}) to {w} ({h})."},
    form{shape::statistics, "For {g}, {m} had a {s} of {v} and a {t} of {w}."},
    form{shape::statistics, "{g}: {m} {s} {v}, {t} {w}"},
    form{shape::statistics, "The {s} {m} of {g} was {v} ({t} {w})."},
    form{shape::statistics, "The {m} of {g} ({s} {v}, {t} {w}) needs a closer look."},
    form{shape::range, "The {m} of {g} ranged from {v} to {w}."},
    form{shape::range, "{m} for {g} lies between {v} and {w}."},
    form{shape::range, "{m} for {g} varies from {v} to {w} over all runs."},
    form{shape::metrics, "For {g}, the {s} {m} was {v} and the {s} {o} {w}."},
    form{shape::metrics, "{g} combines a {s} {m} of {v} with a {s} {o} of {w}."},
    form{shape::metrics, "{g}: {s} {m} {v}, {s} {o} {w}"},
    form{shape::percent, "In {s} {m}, {g} is {p} {fast} than {h}."},
    form{shape::percent, "{g} has {p} {up} {s} {m} than {h}."},
    form{shape::percent, "Compared with {h}, {g} has a {p} {up} {s} {m}."},
    form{shape::percent, "The {s} {m} of {g} is {p} {up} than that of {h}."},
    form{shape::percent, "Switching from {h} to {g} {verb} the {s} {m} by {p}."},
    form{shape::percent, "The {s} {m} {moves} by {p} from {h} to {g}."},
    form{shape::percent, "Relative to {h}, the {s} {m} of {g} is {p} {up}."},
    form{shape::times, "{g} reaches {x} the {s} {m} of {h}."},
    form{shape::times, "The {s} {m} of {g} is {x} that of {h}."},
    form{shape::times, "{g} is {x} {fast} than {h} in {s} {m}."},
    form{shape::times, "Against {h}, {g} shows {x} the {s} {m}."},
    form{shape::count, "{n}"},
    form{shape::date, "The first record is dated {d}."},
    form{shape::date, "Records begin on {d}."},
    form{shape::date, "**Date of the first record:** {d}"},
    form{shape::extreme, "{g} has the {sup} {s} {m}, {v}."},
    form{shape::extreme, "The {sup} {s} {m} belongs to {g} ({v})."},
    form{shape::extreme, "With {v}, {g} has the {sup} {s} {m}."},
    form{shape::comparative, "{g} is {fast} than {h}: {v} against {w} {s} {m}."},
    form{shape::comparative, "{g} has a {up} {s} {m} than {h} ({v} against {w})."},
};

constexpr std::array referring = {
    form{shape::one, "The {s} {m} of {g} was {v}."},
    form{shape::one, "{g} reached a {s} {m} of {v}."},
    form{shape::one, "With {g} the {s} {m} is {v}."},
    form{shape::one, "- {s} {m} for {g}: {v}"},
    form{shape::one, "{v} was the {s} {m} of {g}."},
    form{shape::one, "The {m} of {g} has a {s} of {v}."},
    form{shape::groups, "The {s} {m} was {v} for {g} and {w} for {h}."},
    form{shape::groups, "{g} and {h} reach a {s} {m} of {v} and {w}, respectively."},
    form{shape::groups, "{g} has a {s} {m} of {v}, compared to {w} for {h}."},
    form{shape::statistics, "For {g}, {m} had a {s} of {v} and a {t} of {w}."},
    form{shape::statistics, "The {s} {m} of {g} was {v} ({t} {w})."},
    form{shape::metrics, "For {g}, the {s} {m} was {v} and the {s} {o} {w}."},
    form{shape::times, "The {s} {m} of {g} is {x} times that of {h}."},
    form{shape::times, "{g} has {x} times the {s} {m} of {h}."},
    form{shape::extreme, "{g} has the {sup} {s} {m}, {v}."},
    form{shape::extreme, "The {sup} {s} {m} belongs to {g} ({v})."},
    form{shape::comparative, "{g} is {fast} than {h}: {v} against {w} {s} {m}."},
    form{shape::comparative, "{g} has a {up} {s} {m} than {h} ({v} against {w})."},
    form{shape::comparative, "In {s} {m}, {g} is {cmp} {h}."},
    form{shape::count, "{n}"},
    form{shape::date, "The first record is dated {d}."},
};

// Written after the checker held the gates on the forms above.
constexpr std::array later = {
    form{shape::one, "Running {g} yields {v} ({s} {m})."},
    form{shape::one, "On {g}, we saw a {s} {m} of {v}."},
    form{shape::one, "The figure for {s} {m} is {v} if {g} is used."},
    form{shape::one, "{g} -> {v} {s} {m}"},
    form{shape::one, "> {s} {m}, {g}: {v}"},
    form{shape::one, "Measured over all rows, the {s} {m} equals {v} for {g}."},
    form{shape::one, "The {s} of {m} for {g} sits at {v}, so there is room left."},
    form{shape::one, "{g} clocks in at {v} for {s} {m}."},
    form{shape::one, "Expect {v} of {s} {m} with {g}."},
    form{shape::groups, "The {s} {m} moved from {v} with {g} to {w} with {h}."},
    form{shape::groups, "{g} delivers {v} {s} {m}, {h} delivers {w}."},
    form{shape::groups, "Where {g} needs {v} of {s} {m}, {h} needs {w}."},
    form{shape::groups, "At {v}, {g} differs from {h} at {w} in {s} {m}."},
    form{shape::groups, "{s} {m} per group: {g} = {v}; {h} = {w}."},
    form{shape::groups, "{v} versus {w}: that is the {s} {m} of {g} and {h}."},
    form{shape::statistics, "{m} for {g} had {s} {v} and {t} {w}."},
    form{shape::statistics, "The {s} {m} under {g} is {v}, with a {t} of {w}."},
    form{shape::statistics, "{g}: {v} ({s}) and {w} ({t}) for {m}."},
    form{shape::range, "{m} under {g} spans {v} to {w}."},
    form{shape::range, "Across {g}, {m} went as low as {v} and as high as {w}."},
    form{shape::metrics, "{g}: {v} {s} {m}; {w} {s} {o}"},
    form{shape::metrics, "With {g} you get {v} of {s} {m} at {w} of {s} {o}."},
    form{shape::percent, "A {p} {up} {s} {m} for {g} than for {h}."},
    form{shape::percent, "Using {g} instead of {h} makes the {s} {m} {p} {up}."},
    form{shape::percent, "{h} is the baseline; {g} has a {p} {up} {s} {m}."},
    form{shape::times, "{g} has {x} the {s} {m} that {h} has."},
    form{shape::times, "Per {s} {m}, {g} is {x} {fast} compared to {h}."},
    form{shape::extreme, "The {sup} {s} {m}: {g} with {v}."},
    form{shape::comparative, "With {v} of {s} {m}, {g} is {fast} than {h} with {w}."},
    form{shape::date, "Dated {d}, the first record opens the series."},
    form{shape::count, "{n}"},
};

constexpr std::array<std::string_view, 5> means = {"mean", "average", "Mean", "Average", "avg"};
constexpr std::array<std::string_view, 3> medians = {"median", "Median", "p50"};
constexpr std::array<std::string_view, 4> minima = {"minimum", "min", "lowest", "Min"};
constexpr std::array<std::string_view, 5> maxima = {"maximum", "max", "peak", "highest", "Max"};
constexpr std::array<std::string_view, 3> tails = {"p95", "95th percentile", "P95"};
constexpr std::array<std::string_view, 3> deviations = {"standard deviation", "std", "stddev"};

constexpr std::array counting = {
    count_form{"files", "The tree holds {n} files."},
    count_form{"files/csv", "We found {n} CSV files."},
    count_form{"files/json", "There are {n} JSON files in the dataset."},
    count_form{"files/md", "{n} Markdown files document the experiments."},
    count_form{"rows/csv/failed", "{n} rows of the CSV files failed."},
    count_form{"rows/cold", "{n} rows are cold."},
    count_form{"rows/warm", "The tables hold {n} warm rows."},
    count_form{"duplicates/files", "{n} duplicate files were left out."},
    count_form{"tables", "{n} tables were read."},
    count_form{"json/documents", "- JSON documents: {n}"},
    count_form{"distinct", "Of these, {n} are distinct."},
};

constexpr std::array<std::string_view, 13> words = {"zero", "one",    "two",   "three", "four",
                                                    "five", "six",    "seven", "eight", "nine",
                                                    "ten",  "eleven", "twelve"};

}  // namespace

std::span<const form> forms() { return all_forms; }
std::span<const form> later_forms() { return later; }
std::span<const form> reference_forms() { return referring; }
std::span<const count_form> count_forms() { return counting; }

std::span<const std::string_view> statistic_names(std::string_view agg) {
  if (agg == "mean") return means;
  if (agg == "median") return medians;
  if (agg == "min") return minima;
  if (agg == "max") return maxima;
  if (agg == "p95") return tails;
  if (agg == "sd") return deviations;
  return {};
}

std::string_view number_word_of(std::size_t n) {
  return n < words.size() ? words[n] : std::string_view{};
}

}  // namespace chimera::bench
