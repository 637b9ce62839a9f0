/*
 * Records what a program does to the files below one directory, so that a power cut can be replayed from it.
 *
 * Preloaded into a dynamically linked program. BILLWRIGHT_TEST_RECORD_DIR names the directory (absolute, without a
 * link in it), BILLWRIGHT_TEST_RECORD_LOG the log, which is appended to. Each operation becomes one record, written by
 * one write(2), so that the log's length at any moment tells what had happened until then. Operations on the
 * files run one at a time together with their record: the order of the log is the order of the effects. Only a
 * flush is not held up: it has one record before it begins and one after it ended.
 *
 * A way to write that is not understood here (a writable shared mapping, copy_file_range, ...) is recorded as
 * such, and the reader fails on it: nothing is silently missed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum operation {
    OPENED = 1,   /* payload: path; offset: 1 when the file was made by this call; length: 1 for a directory */
    WROTE,        /* payload: bytes; offset: where */
    CUT,          /* length: the new length of the file */
    GREW,         /* length: the file is at least so long from now on */
    REMOVED,      /* payload: path */
    RENAMED,      /* payload: old path, a zero byte, new path */
    MADE_FOLDER,  /* payload: path */
    FLUSH_BEGAN,
    FLUSH_ENDED,
    NOT_KNOWN     /* payload: the name of the call */
};

struct record {
    uint32_t magic;
    uint32_t operation;
    uint64_t inode;
    uint64_t offset;
    uint64_t length;
    uint64_t nanoseconds; /* CLOCK_MONOTONIC */
    uint64_t payload;     /* bytes that follow */
};

#define MAGIC 0x42575243u
#define MOST_FILES 65536

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_length;
static int log_file = -1;
/* The inode behind each descriptor that is recorded, 0 for the others. */
static uint64_t inodes[MOST_FILES];

#define REAL(name) ((__typeof__(&name))real(&real_##name, #name))
#define REMEMBER(name) static void *real_##name

static void *real(void **known, const char *name) {
    if (!*known) *known = dlsym(RTLD_NEXT, name);
    if (!*known) {
        fprintf(stderr, "recorder: no %s\n", name);
        abort();
    }
    return *known;
}

REMEMBER(open);
REMEMBER(open64);
REMEMBER(openat);
REMEMBER(openat64);
REMEMBER(close);
REMEMBER(write);
REMEMBER(writev);
REMEMBER(pwrite);
REMEMBER(pwrite64);
REMEMBER(pwritev);
REMEMBER(pwritev64);
REMEMBER(ftruncate);
REMEMBER(ftruncate64);
REMEMBER(fallocate);
REMEMBER(fallocate64);
REMEMBER(posix_fallocate);
REMEMBER(posix_fallocate64);
REMEMBER(unlink);
REMEMBER(unlinkat);
REMEMBER(rename);
REMEMBER(renameat);
REMEMBER(renameat2);
REMEMBER(link);
REMEMBER(linkat);
REMEMBER(truncate);
REMEMBER(truncate64);
REMEMBER(mkdir);
REMEMBER(fsync);
REMEMBER(fdatasync);
REMEMBER(mmap);
REMEMBER(mmap64);
REMEMBER(copy_file_range);

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("BILLWRIGHT_TEST_RECORD_DIR");
    const char *log = getenv("BILLWRIGHT_TEST_RECORD_LOG");
    if (!where || !log) return;
    folder_length = strlen(where);
    if (folder_length == 0 || folder_length >= sizeof folder) return;
    memcpy(folder, where, folder_length + 1);
    log_file = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0) {
        perror("recorder: log");
        abort();
    }
}

static void append(enum operation operation, uint64_t inode, uint64_t offset, uint64_t length, const void *payload,
                   size_t payload_length) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct record record = {
        .magic = MAGIC,
        .operation = operation,
        .inode = inode,
        .offset = offset,
        .length = length,
        .nanoseconds = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
        .payload = payload_length,
    };
    struct iovec parts[2] = {{&record, sizeof record}, {(void *)payload, payload_length}};
    ssize_t written = REAL(writev)(log_file, parts, payload_length ? 2 : 1);
    if (written != (ssize_t)(sizeof record + payload_length)) {
        fprintf(stderr, "recorder: the log cannot be written\n");
        abort();
    }
}

static int is_inside(const char *path) {
    return log_file >= 0 && strncmp(path, folder, folder_length) == 0 &&
           (path[folder_length] == '/' || path[folder_length] == 0);
}

/* The absolute path without links in its folders; the last part may not exist. 0 when it lies elsewhere. */
static int inside(int at, const char *path, char *whole) {
    char given[PATH_MAX];
    if (log_file < 0 || !path) return 0;
    if (path[0] == '/') {
        if (snprintf(given, sizeof given, "%s", path) >= (int)sizeof given) return 0;
    } else {
        char base[PATH_MAX];
        if (at == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", at);
            ssize_t length = readlink(link, base, sizeof base - 1);
            if (length < 0) return 0;
            base[length] = 0;
        }
        if (snprintf(given, sizeof given, "%s/%s", base, path) >= (int)sizeof given) return 0;
    }
    if (realpath(given, whole)) return is_inside(whole);
    char *slash = strrchr(given, '/');
    if (!slash || !slash[1]) return 0;
    *slash = 0;
    char parent[PATH_MAX];
    if (!realpath(given[0] ? given : "/", parent)) return 0;
    if (snprintf(whole, PATH_MAX, "%s/%s", parent, slash + 1) >= PATH_MAX) return 0;
    return is_inside(whole);
}

static uint64_t inode_of(int file) {
    if (log_file < 0 || file < 0 || file >= MOST_FILES) return 0;
    return __atomic_load_n(&inodes[file], __ATOMIC_ACQUIRE);
}

static void not_known(const char *name, uint64_t inode) {
    int before = errno;
    pthread_mutex_lock(&order);
    append(NOT_KNOWN, inode, 0, 0, name, strlen(name));
    pthread_mutex_unlock(&order);
    errno = before;
}

/* ---- opening and closing ---- */

typedef int (*opening)(int, const char *, int, mode_t);

static int by_open(int at, const char *path, int flags, mode_t mode) {
    (void)at;
    return REAL(open)(path, flags, mode);
}
static int by_open64(int at, const char *path, int flags, mode_t mode) {
    (void)at;
    return REAL(open64)(path, flags, mode);
}
static int by_openat(int at, const char *path, int flags, mode_t mode) {
    return REAL(openat)(at, path, flags, mode);
}
static int by_openat64(int at, const char *path, int flags, mode_t mode) {
    return REAL(openat64)(at, path, flags, mode);
}

static int opened(opening by, int at, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX];
    int before = errno;
    if (!inside(at, path, whole)) {
        errno = before;
        return by(at, path, flags, mode);
    }
    if ((flags & O_TMPFILE) == O_TMPFILE) not_known("O_TMPFILE", 0);
    pthread_mutex_lock(&order);
    struct stat found;
    int was_there = lstat(whole, &found) == 0;
    errno = before;
    int file = by(at, path, flags, mode);
    int after = errno;
    if (file >= 0 && fstat(file, &found) == 0 && (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode))) {
        append(OPENED, found.st_ino, !was_there, S_ISDIR(found.st_mode) ? 1 : 0, whole, strlen(whole));
        if (was_there && (flags & O_TRUNC)) append(CUT, found.st_ino, 0, 0, NULL, 0);
        if (file < MOST_FILES) __atomic_store_n(&inodes[file], found.st_ino, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&order);
    errno = after;
    return file;
}

#define MODE(flags, last)                              \
    mode_t mode = 0;                                   \
    if ((flags) & (O_CREAT | O_TMPFILE)) {             \
        va_list rest;                                  \
        va_start(rest, last);                          \
        mode = (mode_t)va_arg(rest, int);              \
        va_end(rest);                                  \
    }

int open(const char *path, int flags, ...) {
    MODE(flags, flags)
    return opened(by_open, AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE(flags, flags)
    return opened(by_open64, AT_FDCWD, path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
    MODE(flags, flags)
    return opened(by_openat, at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
    MODE(flags, flags)
    return opened(by_openat64, at, path, flags, mode);
}

int close(int file) {
    if (inode_of(file)) __atomic_store_n(&inodes[file], 0, __ATOMIC_RELEASE);
    return REAL(close)(file);
}

/* ---- writing ---- */

#define RECORDED(file, call, keep)                     \
    uint64_t inode = inode_of(file);                   \
    if (!inode) return call;                           \
    pthread_mutex_lock(&order);                        \
    __typeof__(call) result = call;                    \
    int after = errno;                                 \
    keep;                                              \
    pthread_mutex_unlock(&order);                      \
    errno = after;                                     \
    return result;

static void wrote(uint64_t inode, uint64_t offset, const struct iovec *parts, int count, ssize_t written) {
    for (int at = 0; at < count && written > 0; at++) {
        size_t length = parts[at].iov_len < (size_t)written ? parts[at].iov_len : (size_t)written;
        if (length) append(WROTE, inode, offset, 0, parts[at].iov_base, length);
        offset += length;
        written -= (ssize_t)length;
    }
}

/* Where the bytes went that were just written without saying where. */
static uint64_t behind(int file, ssize_t written) {
    off_t position = lseek(file, 0, SEEK_CUR);
    return position < (off_t)written ? 0 : (uint64_t)(position - written);
}

ssize_t write(int file, const void *bytes, size_t length) {
    struct iovec part = {(void *)bytes, length};
    RECORDED(file, REAL(write)(file, bytes, length),
             if (result > 0) wrote(inode, behind(file, result), &part, 1, result))
}
ssize_t writev(int file, const struct iovec *parts, int count) {
    RECORDED(file, REAL(writev)(file, parts, count),
             if (result > 0) wrote(inode, behind(file, result), parts, count, result))
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    struct iovec part = {(void *)bytes, length};
    RECORDED(file, REAL(pwrite)(file, bytes, length, offset),
             if (result > 0) wrote(inode, (uint64_t)offset, &part, 1, result))
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    struct iovec part = {(void *)bytes, length};
    RECORDED(file, REAL(pwrite64)(file, bytes, length, offset),
             if (result > 0) wrote(inode, (uint64_t)offset, &part, 1, result))
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    RECORDED(file, REAL(pwritev)(file, parts, count, offset),
             if (result > 0) wrote(inode, (uint64_t)offset, parts, count, result))
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) {
    RECORDED(file, REAL(pwritev64)(file, parts, count, offset),
             if (result > 0) wrote(inode, (uint64_t)offset, parts, count, result))
}
int ftruncate(int file, off_t length) {
    RECORDED(file, REAL(ftruncate)(file, length), if (result == 0) append(CUT, inode, 0, (uint64_t)length, NULL, 0))
}
int ftruncate64(int file, off64_t length) {
    RECORDED(file, REAL(ftruncate64)(file, length), if (result == 0) append(CUT, inode, 0, (uint64_t)length, NULL, 0))
}

/* mode 0 only makes a file longer; every other mode moves or clears bytes. */
#define GROWN                                                                          \
    if (result == 0) {                                                                 \
        if (mode == 0) append(GREW, inode, 0, (uint64_t)(offset + length), NULL, 0);   \
        else append(NOT_KNOWN, inode, 0, 0, "fallocate", 9);                           \
    }

int fallocate(int file, int mode, off_t offset, off_t length) {
    RECORDED(file, REAL(fallocate)(file, mode, offset, length), GROWN)
}
int fallocate64(int file, int mode, off64_t offset, off64_t length) {
    RECORDED(file, REAL(fallocate64)(file, mode, offset, length), GROWN)
}
int posix_fallocate(int file, off_t offset, off_t length) {
    const int mode = 0;
    RECORDED(file, REAL(posix_fallocate)(file, offset, length), GROWN)
}
int posix_fallocate64(int file, off64_t offset, off64_t length) {
    const int mode = 0;
    RECORDED(file, REAL(posix_fallocate64)(file, offset, length), GROWN)
}

/* ---- names ---- */

static int removed(int at, const char *path, int flags, int plain) {
    char whole[PATH_MAX];
    int before = errno;
    int is_inside = inside(at, path, whole);
    errno = before;
    if (!is_inside) return plain ? REAL(unlink)(path) : REAL(unlinkat)(at, path, flags);
    pthread_mutex_lock(&order);
    int result = plain ? REAL(unlink)(path) : REAL(unlinkat)(at, path, flags);
    int after = errno;
    if (result == 0) append(REMOVED, 0, 0, 0, whole, strlen(whole));
    pthread_mutex_unlock(&order);
    errno = after;
    return result;
}

int unlink(const char *path) {
    return removed(AT_FDCWD, path, 0, 1);
}
int unlinkat(int at, const char *path, int flags) {
    return removed(at, path, flags, 0);
}

static int renamed(int from_at, const char *from, int to_at, const char *to, unsigned flags, int by) {
    char names[2 * PATH_MAX];
    char target[PATH_MAX];
    int before = errno;
    int from_inside = inside(from_at, from, names);
    int to_inside = inside(to_at, to, target);
    errno = before;
    if (from_inside != to_inside || (from_inside && flags)) not_known("rename", 0);
    pthread_mutex_lock(&order);
    int result = by == 0   ? REAL(rename)(from, to)
                 : by == 1 ? REAL(renameat)(from_at, from, to_at, to)
                           : REAL(renameat2)(from_at, from, to_at, to, flags);
    int after = errno;
    if (result == 0 && from_inside && to_inside) {
        size_t first = strlen(names) + 1;
        size_t second = strlen(target);
        memcpy(names + first, target, second);
        append(RENAMED, 0, 0, 0, names, first + second);
    }
    pthread_mutex_unlock(&order);
    errno = after;
    return result;
}

int rename(const char *from, const char *to) {
    return renamed(AT_FDCWD, from, AT_FDCWD, to, 0, 0);
}
int renameat(int from_at, const char *from, int to_at, const char *to) {
    return renamed(from_at, from, to_at, to, 0, 1);
}
int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    return renamed(from_at, from, to_at, to, flags, 2);
}

int mkdir(const char *path, mode_t mode) {
    char whole[PATH_MAX];
    int before = errno;
    int is_inside = inside(AT_FDCWD, path, whole);
    errno = before;
    int result = REAL(mkdir)(path, mode);
    int after = errno;
    if (result == 0 && is_inside) {
        pthread_mutex_lock(&order);
        append(MADE_FOLDER, 0, 0, 0, whole, strlen(whole));
        pthread_mutex_unlock(&order);
    }
    errno = after;
    return result;
}

/* ---- flushing ---- */

static int flushed(int file, int (*by)(int)) {
    uint64_t inode = inode_of(file);
    if (!inode) return by(file);
    pthread_mutex_lock(&order);
    append(FLUSH_BEGAN, inode, 0, 0, NULL, 0);
    pthread_mutex_unlock(&order);
    int result = by(file);
    int after = errno;
    if (result == 0) {
        pthread_mutex_lock(&order);
        append(FLUSH_ENDED, inode, 0, 0, NULL, 0);
        pthread_mutex_unlock(&order);
    }
    errno = after;
    return result;
}

static int by_fsync(int file) {
    return REAL(fsync)(file);
}
static int by_fdatasync(int file) {
    return REAL(fdatasync)(file);
}
int fsync(int file) {
    return flushed(file, by_fsync);
}
int fdatasync(int file) {
    return flushed(file, by_fdatasync);
}

/* ---- what is not understood ---- */

/* The index of the write-ahead log is the one file that is written through a mapping; it is rebuilt from the log. */
static void mapped(int file, int protection, int flags) {
    uint64_t inode = inode_of(file);
    if (!inode || !(protection & PROT_WRITE) || !(flags & MAP_SHARED)) return;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    int before = errno;
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length > 4 && memcmp(path + length - 4, "-shm", 4) == 0) return;
    not_known("mmap", inode);
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    if (file >= 0) mapped(file, protection, flags);
    return REAL(mmap)(address, length, protection, flags, file, offset);
}
void *mmap64(void *address, size_t length, int protection, int flags, int file, off64_t offset) {
    if (file >= 0) mapped(file, protection, flags);
    return REAL(mmap64)(address, length, protection, flags, file, offset);
}
ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t length, unsigned flags) {
    if (inode_of(to)) not_known("copy_file_range", inode_of(to));
    return REAL(copy_file_range)(from, from_offset, to, to_offset, length, flags);
}
int truncate(const char *path, off_t length) {
    char whole[PATH_MAX];
    if (inside(AT_FDCWD, path, whole)) not_known("truncate", 0);
    return REAL(truncate)(path, length);
}
int truncate64(const char *path, off64_t length) {
    char whole[PATH_MAX];
    if (inside(AT_FDCWD, path, whole)) not_known("truncate64", 0);
    return REAL(truncate64)(path, length);
}
int link(const char *from, const char *to) {
    char whole[PATH_MAX];
    if (inside(AT_FDCWD, to, whole)) not_known("link", 0);
    return REAL(link)(from, to);
}
int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    char whole[PATH_MAX];
    if (inside(to_at, to, whole)) not_known("linkat", 0);
    return REAL(linkat)(from_at, from, to_at, to, flags);
}
