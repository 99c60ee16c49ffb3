#include "daemon/store/fault_vfs.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstddef>
#include <new>

#include "daemon/faults/faults.hpp"

namespace chimera::store {
namespace {

using faults::point;

// Ours in front, the file of the system right behind it in the same allocation.
struct file {
  sqlite3_file base;
  int flags;
};
constexpr std::size_t file_size = (sizeof(file) + 15U) / 16U * 16U;

file* ours(sqlite3_file* f) { return reinterpret_cast<file*>(f); }
sqlite3_file* below(sqlite3_file* f) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(f) + file_size);
}

int refused(int error, int io_error) {
  errno = error;  // where SQLite asks for the cause
  return error == ENOSPC ? SQLITE_FULL : io_error;
}

int file_close(sqlite3_file* f) { return below(f)->pMethods->xClose(below(f)); }
int file_read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return below(f)->pMethods->xRead(below(f), to, size, at);
}
int file_write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  vfs_counters().writes.fetch_add(1, std::memory_order_relaxed);
  if (const int error = faults::hit(point::sqlite_write); error != 0)
    return refused(error, SQLITE_IOERR_WRITE);
  return below(f)->pMethods->xWrite(below(f), from, size, at);
}
int file_truncate(sqlite3_file* f, sqlite3_int64 size) {
  if (const int error = faults::hit(point::sqlite_truncate); error != 0)
    return refused(error, SQLITE_IOERR_TRUNCATE);
  return below(f)->pMethods->xTruncate(below(f), size);
}
int file_sync(sqlite3_file* f, int how) {
  vfs_counts& counts = vfs_counters();
  const bool wal = (ours(f)->flags & SQLITE_OPEN_WAL) != 0;
  (wal ? counts.wal_syncs : counts.database_syncs).fetch_add(1, std::memory_order_relaxed);
  const int error = faults::hit(point::sqlite_sync);
  const int status =
      error != 0 ? refused(EIO, SQLITE_IOERR_FSYNC) : below(f)->pMethods->xSync(below(f), how);
  if (status != SQLITE_OK) counts.failed_syncs.fetch_add(1, std::memory_order_relaxed);
  return status;
}
int file_size_of(sqlite3_file* f, sqlite3_int64* size) {
  return below(f)->pMethods->xFileSize(below(f), size);
}
int file_lock(sqlite3_file* f, int level) { return below(f)->pMethods->xLock(below(f), level); }
int file_unlock(sqlite3_file* f, int level) { return below(f)->pMethods->xUnlock(below(f), level); }
int file_reserved(sqlite3_file* f, int* yes) {
  return below(f)->pMethods->xCheckReservedLock(below(f), yes);
}
int file_control(sqlite3_file* f, int op, void* arg) {
  return below(f)->pMethods->xFileControl(below(f), op, arg);
}
int file_sector(sqlite3_file* f) { return below(f)->pMethods->xSectorSize(below(f)); }
int file_traits(sqlite3_file* f) { return below(f)->pMethods->xDeviceCharacteristics(below(f)); }
int file_shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** to) {
  return below(f)->pMethods->xShmMap(below(f), page, size, extend, to);
}
int file_shm_lock(sqlite3_file* f, int at, int n, int flags) {
  return below(f)->pMethods->xShmLock(below(f), at, n, flags);
}
void file_shm_barrier(sqlite3_file* f) { below(f)->pMethods->xShmBarrier(below(f)); }
int file_shm_unmap(sqlite3_file* f, int remove) {
  return below(f)->pMethods->xShmUnmap(below(f), remove);
}

// Version 2: shared memory for the WAL, no memory mapping of the database (it would be counted as
// ours).
constexpr sqlite3_io_methods methods = {2,
                                        file_close,
                                        file_read,
                                        file_write,
                                        file_truncate,
                                        file_sync,
                                        file_size_of,
                                        file_lock,
                                        file_unlock,
                                        file_reserved,
                                        file_control,
                                        file_sector,
                                        file_traits,
                                        file_shm_map,
                                        file_shm_lock,
                                        file_shm_barrier,
                                        file_shm_unmap,
                                        nullptr,
                                        nullptr};

sqlite3_vfs* system_vfs(sqlite3_vfs* v) { return static_cast<sqlite3_vfs*>(v->pAppData); }

int vfs_open(sqlite3_vfs* v, sqlite3_filename name, sqlite3_file* f, int flags, int* out) {
  file* opened = new (f) file{};
  opened->flags = flags;
  below(f)->pMethods = nullptr;
  if (faults::hit(point::sqlite_open) != 0) return SQLITE_CANTOPEN;
  const int status = system_vfs(v)->xOpen(system_vfs(v), name, below(f), flags, out);
  if (below(f)->pMethods != nullptr) opened->base.pMethods = &methods;
  return status;
}

struct registration {
  registration() {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    if (system == nullptr) return;
    vfs = *system;  // its other calls do not look at which of the two they are given
    vfs.zName = "chimera";
    vfs.pNext = nullptr;
    vfs.pAppData = system;
    vfs.szOsFile = static_cast<int>(file_size) + system->szOsFile;
    vfs.xOpen = vfs_open;
    sound = sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }
  sqlite3_vfs vfs{};
  bool sound = false;
};

}  // namespace

const char* fault_vfs_name() {
  static const registration once;
  return once.sound ? once.vfs.zName : nullptr;
}

vfs_counts& vfs_counters() {
  static vfs_counts counts;
  return counts;
}

}  // namespace chimera::store
