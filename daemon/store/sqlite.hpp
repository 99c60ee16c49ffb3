// SQLite in our words: a connection with its prepared statements, and its errors as problems.
// A connection is used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proto/problem.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace chimera::store {

/// A prepared statement under way. Text and blobs that are bound must live until it is reset;
/// `columns` are valid until the next step. Reset when it goes out of scope.
class statement {
 public:
  explicit statement(sqlite3_stmt* raw) : raw_(raw) {}
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;
  ~statement();

  statement& bind(int at, std::int64_t value);
  statement& bind(int at, std::string_view text);
  statement& bind_blob(int at, std::string_view bytes);

  /// True if a row is there, false if it is done or failed (`connection::failed`).
  [[nodiscard]] bool row();
  /// Runs a statement without rows.
  [[nodiscard]] bool run();
  /// Binds anew.
  void reset();

  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  ///< or the bytes of a blob

 private:
  sqlite3_stmt* raw_;
};

class connection {
 public:
  connection() = default;
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  [[nodiscard]] proto::result<void> open(const std::string& file, bool writes);
  [[nodiscard]] proto::result<void> execute(const char* sql);
  /// The statement of this text, prepared once. `sql` is a constant: it is known by its address.
  [[nodiscard]] statement prepared(const char* sql);
  /// A statement of a text made at run time (list filters), kept under the text.
  [[nodiscard]] statement prepared_text(const std::string& sql);

  /// The last error, if the last call failed.
  [[nodiscard]] bool failed() const;
  [[nodiscard]] proto::problem problem() const;
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] std::int64_t last_rowid() const;
  [[nodiscard]] std::int64_t changed() const;
  /// First number of the first row; 0 without one.
  [[nodiscard]] std::int64_t number(const char* sql);
  /// The log stays a file of its own when this connection closes.
  void leave_log();

 private:
  struct closes {
    void operator()(sqlite3* db) const;
  };
  struct finalizes {
    void operator()(sqlite3_stmt* raw) const;
  };
  using owned_statement = std::unique_ptr<sqlite3_stmt, finalizes>;

  [[nodiscard]] owned_statement prepare(std::string_view sql);

  std::string file_;
  std::unique_ptr<sqlite3, closes> db_;
  std::unordered_map<const char*, owned_statement> constant_;
  std::unordered_map<std::string, owned_statement> made_;
};

}  // namespace chimera::store
