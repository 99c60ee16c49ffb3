#include "daemon/store/sqlite.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "daemon/store/fault_vfs.hpp"

namespace chimera::store {
namespace {

constexpr int busy_ms = 5000;

int text_size(std::string_view text) { return static_cast<int>(text.size()); }

// A pointer even for an empty text, which would be NULL otherwise.
const char* text_start(std::string_view text) { return text.empty() ? "" : text.data(); }

}  // namespace

statement::~statement() { reset(); }

void statement::reset() {
  sqlite3_reset(raw_);  // repeats the error of the last step, which was looked at there
}

statement& statement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(raw_, at, value);
  return *this;
}

statement& statement::bind(int at, std::string_view text) {
  sqlite3_bind_text(raw_, at, text_start(text), text_size(text), SQLITE_STATIC);
  return *this;
}

statement& statement::bind_blob(int at, std::string_view bytes) {
  sqlite3_bind_blob(raw_, at, text_start(bytes), text_size(bytes), SQLITE_STATIC);
  return *this;
}

bool statement::row() { return sqlite3_step(raw_) == SQLITE_ROW; }

bool statement::run() { return sqlite3_step(raw_) == SQLITE_DONE; }

std::int64_t statement::number(int column) const { return sqlite3_column_int64(raw_, column); }

std::string_view statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(raw_, column);
  const int size = sqlite3_column_bytes(raw_, column);
  return bytes == nullptr
             ? std::string_view{}
             : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

void connection::closes::operator()(sqlite3* db) const { sqlite3_close_v2(db); }
void connection::finalizes::operator()(sqlite3_stmt* raw) const { sqlite3_finalize(raw); }

connection::~connection() {
  constant_.clear();
  made_.clear();
}

proto::result<void> connection::open(const std::string& file, bool writes) {
  file_ = file;
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                    SQLITE_OPEN_EXRESCODE | (writes ? SQLITE_OPEN_CREATE : 0);
  const int status = sqlite3_open_v2(file.c_str(), &raw, flags, fault_vfs_name());
  db_.reset(raw);
  if (status != SQLITE_OK) return std::unexpected(problem());
  sqlite3_busy_timeout(raw, busy_ms);
  return {};
}

proto::result<void> connection::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return std::unexpected(problem());
}

connection::owned_statement connection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  sqlite3_prepare_v3(db_.get(), sql.data(), text_size(sql), SQLITE_PREPARE_PERSISTENT, &raw,
                     nullptr);
  return owned_statement(raw);  // null after a failure: each use of it fails (SQLITE_MISUSE)
}

statement connection::prepared(const char* sql) {
  owned_statement& kept = constant_[sql];
  if (!kept) kept = prepare(sql);
  return statement(kept.get());
}

statement connection::prepared_text(const std::string& sql) {
  owned_statement& kept = made_[sql];
  if (!kept) kept = prepare(sql);
  return statement(kept.get());
}

bool connection::failed() const {
  const int code = sqlite3_errcode(db_.get());
  return code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE;
}

proto::problem connection::problem() const {
  const int extended = sqlite3_extended_errcode(db_.get());
  const int code = extended & 0xFF;
  const int cause = db_ ? sqlite3_system_errno(db_.get()) : 0;
  std::string why = db_ ? sqlite3_errmsg(db_.get()) : "no memory";
  if (code == SQLITE_IOERR && cause != 0) why += fmt::format(" ({})", std::strerror(cause));
  proto::problem p;
  p.file = file_;
  const auto say = [&](const char* name, const char* title, const char* way_out) {
    p.code = name;
    p.title = title;
    p.detail = why + "; " + way_out;
  };
  if (code == SQLITE_FULL || (code == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT)))
    say("store.full", "no space is left for the store",
        "free some or prune old jobs, then go on: nothing half was written");
  else if (code == SQLITE_READONLY || code == SQLITE_PERM)
    say("store.read-only", "the store cannot be written",
        "make the file and its folder writable by this user");
  else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    say("store.corrupt", "the store is damaged",
        "stop, keep a copy, and restore a backup or move the folder away");
  else if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    say("store.busy", "another program holds the store", "close it: one daemon owns its folder");
  else if (code == SQLITE_CONSTRAINT)
    say("store.duplicate", "a row of this key is there already", "a fault of the program, report");
  else if (code == SQLITE_CANTOPEN)
    say("store.io", "the store cannot be opened", "check that the folder is there and writable");
  else
    say("store.io", "reading or writing the store failed",
        "check the disk (dmesg), then start again: what was acknowledged is kept");
  return p;
}

bool connection::in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
std::int64_t connection::last_rowid() const { return sqlite3_last_insert_rowid(db_.get()); }
std::int64_t connection::changed() const { return sqlite3_changes64(db_.get()); }

void connection::leave_log() {
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

std::int64_t connection::number(const char* sql) {
  statement s = prepared(sql);
  return s.row() ? s.number(0) : 0;
}

}  // namespace chimera::store
