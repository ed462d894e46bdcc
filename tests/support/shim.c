/* Numbers the steps of a koosend process that a crash could fall between, and breaks it at one.
 *
 * Loaded by LD_PRELOAD. A step is a call on a file below SHIM_FOLDER or on a TCP connection. Each
 * is written to SHIM_LOG before it is made: kind, target, how many of its kind and target, bytes,
 * and the first words of a request. SHIM_PLAN, "<action> <kind> <target> <ordinal> <errno>", picks
 * one step; kind and target may be "*". Actions:
 *   before, after  kill the process at the step, with SIGKILL
 *   half           let half of the bytes through, then kill it
 *   head           let only the head of a request through, then kill it
 *   power          kill it before the step and drop what was not synced of the write-ahead log;
 *                  how much is synced is kept in SHIM_LOG.synced, for the processes that follow
 *   fail           from the step on, refuse every write to the ledger with errno
 *   full           from the step on, refuse every write to the step's target with errno
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
#define NAME 64
#define PAIRS 256
#define REAL(name) ((__typeof__(&name))real(#name))
#define WAL "ledger.sqlite3-wal"

static char folder[4096], plan_action[16], plan_kind[16], plan_target[NAME];
static long plan_ordinal, plan_errno;
static int log_fd = -1, synced_fd = -1, failing;
static pid_t owner;
static char targets[FDS][NAME]; /* by descriptor; empty: not ours */
static struct { char kind[16], target[NAME]; long count; } pairs[PAIRS];
static long matched, wal_end, wal_synced;
static char wal_path[4352];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

enum moment { GO, AFTER, HALF, HEAD, FAIL };

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* Called when the library is loaded, and by a fork of a process that was not watched. */
__attribute__((constructor)) void shim_begin(void)
{
    const char *where = getenv("SHIM_FOLDER"), *log = getenv("SHIM_LOG"), *plan = getenv("SHIM_PLAN");
    if (!where || !log)
        return;
    snprintf(folder, sizeof folder, "%s/", where);
    if (plan)
        sscanf(plan, "%15s %15s %63s %ld %ld", plan_action, plan_kind, plan_target, &plan_ordinal,
               &plan_errno);
    log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char synced[4352];
    snprintf(synced, sizeof synced, "%s.synced", log);
    synced_fd = (int)syscall(SYS_openat, AT_FDCWD, synced, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    owner = getpid();
    unsetenv("LD_PRELOAD"); /* children are not ours to break */
}

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;)
        pause();
}

static long count(const char *kind, const char *target)
{
    for (int i = 0; i < PAIRS; i++) {
        if (!pairs[i].kind[0]) {
            snprintf(pairs[i].kind, sizeof pairs[i].kind, "%s", kind);
            snprintf(pairs[i].target, NAME, "%s", target);
        }
        if (!strcmp(pairs[i].kind, kind) && !strcmp(pairs[i].target, target))
            return ++pairs[i].count;
    }
    abort();
}

static int fits(const char *wanted, const char *actual)
{
    return !strcmp(wanted, "*") || !strcmp(wanted, actual);
}

static void words_of(const char *data, size_t size, char *words)
{
    size_t n = 0;
    int spaces = 0;
    if (data && (size > 5) && (!memcmp(data, "POST ", 5) || !memcmp(data, "GET ", 4)))
        for (; n < size && n < 79 && data[n] > 31; n++)
            if (data[n] == '?' || (data[n] == ' ' && spaces++))
                break;
    memcpy(words, data ? data : "", n);
    words[n] = 0;
}

static int is_ledger_write(const char *kind, const char *target)
{
    return !strncmp(target, "ledger.sqlite3", 14) && strcmp(kind, "mmap") && strcmp(kind, "close")
        && strcmp(kind, "unlink");
}

static int is_refused(const char *kind, const char *target)
{
    if (!strcmp(plan_action, "full"))
        return !strcmp(kind, "write") && fits(plan_target, target);
    return is_ledger_write(kind, target);
}

/* Write a step down and say what is to become of it. */
static enum moment step(const char *kind, const char *target, const char *data, size_t size)
{
    enum moment moment = GO;
    char line[256], words[80];
    if (log_fd < 0 || !target[0] || getpid() != owner)
        return GO;
    int kept = errno;
    pthread_mutex_lock(&lock);
    long ordinal = count(kind, target);
    words_of(data, size, words);
    int n = snprintf(line, sizeof line, "%s %s %ld %zu %s\n", kind, target, ordinal, size, words);
    syscall(SYS_write, log_fd, line, n);
    if (plan_action[0] && fits(plan_kind, kind) && fits(plan_target, target)
        && (!strcmp(plan_action, "fail") ? is_ledger_write(kind, target) : 1)
        && ++matched == plan_ordinal) {
        if (!strcmp(plan_action, "power")) {
            if (wal_path[0])
                syscall(SYS_truncate, wal_path, wal_synced);
            die();
        }
        if (!strcmp(plan_action, "before"))
            die();
        failing = !strcmp(plan_action, "fail") || !strcmp(plan_action, "full");
        moment = !strcmp(plan_action, "after") ? AFTER
            : !strcmp(plan_action, "half")     ? HALF
            : !strcmp(plan_action, "head")     ? HEAD
                                               : GO;
    }
    if (failing && is_refused(kind, target)) {
        n = snprintf(line, sizeof line, "failed %s %ld 0 \n", target, plan_errno);
        syscall(SYS_write, log_fd, line, n);
        moment = FAIL;
    }
    pthread_mutex_unlock(&lock);
    errno = kept;
    if (moment == FAIL)
        errno = (int)plan_errno;
    return moment;
}

static const char *of(int fd) { return fd >= 0 && fd < FDS ? targets[fd] : ""; }

static void name_of(const char *path, char *name)
{
    char full[4096];
    name[0] = 0;
    if (path[0] != '/' && getcwd(full, sizeof full)) {
        size_t n = strlen(full);
        snprintf(full + n, sizeof full - n, "/%s", path);
        path = full;
    }
    if (folder[0] && !strncmp(path, folder, strlen(folder)))
        snprintf(name, NAME, "%s", strrchr(path, '/') + 1);
    char *part = strstr(name, ".part");
    if (name[0] == '.' && part) { /* .outcomes.csv.x3f9.part: what is random goes */
        *part = 0;
        strcpy(strrchr(name, '.'), ".part");
    }
}

static void synced(long size)
{
    wal_synced = size;
    syscall(SYS_pwrite64, synced_fd, &size, sizeof size, 0);
}

static int opened(int fd, const char *path, const char *name)
{
    struct stat now;
    if (fd >= 0 && fd < FDS)
        memcpy(targets[fd], name, NAME);
    if (fd >= 0 && !strcmp(name, WAL) && !fstat(fd, &now)) {
        snprintf(wal_path, sizeof wal_path, "%s", path);
        if (syscall(SYS_pread64, synced_fd, &wal_synced, sizeof wal_synced, 0) <= 0)
            wal_synced = 0;
        wal_end = now.st_size;
        wal_synced = wal_synced < wal_end ? wal_synced : wal_end;
    }
    return fd;
}

#define OPEN(function, parameters, arguments)                                                      \
    int function parameters                                                                        \
    {                                                                                              \
        char name[NAME] = "";                                                                      \
        mode_t mode = 0;                                                                           \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                       \
            va_list more;                                                                          \
            va_start(more, flags);                                                                 \
            mode = va_arg(more, mode_t);                                                           \
            va_end(more);                                                                          \
        }                                                                                          \
        if (flags & (O_WRONLY | O_RDWR | O_CREAT))                                                 \
            name_of(path, name);                                                                   \
        enum moment moment = step("open", name, NULL, 0);                                          \
        if (moment == FAIL)                                                                        \
            return -1;                                                                             \
        int fd = opened(REAL(function) arguments, path, name);                                     \
        if (moment != GO)                                                                          \
            die();                                                                                 \
        return fd;                                                                                 \
    }

OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))

/* A call that either happens or does not. */
#define WHOLE(type, function, kind, target, parameters, arguments)                                 \
    type function parameters                                                                       \
    {                                                                                              \
        enum moment moment = step(kind, target, NULL, 0);                                          \
        if (moment == FAIL)                                                                        \
            return (type)-1;                                                                       \
        type result = REAL(function) arguments;                                                    \
        if (moment != GO)                                                                          \
            die();                                                                                 \
        return result;                                                                             \
    }

WHOLE(int, fsync, "fsync", of(fd), (int fd), (fd))
WHOLE(int, ftruncate, "ftruncate", of(fd), (int fd, off_t size), (fd, size))
WHOLE(int, ftruncate64, "ftruncate", of(fd), (int fd, off64_t size), (fd, size))
WHOLE(void *, mmap, "mmap", of(fd), (void *at, size_t n, int prot, int flags, int fd, off_t off),
      (at, n, prot, flags, fd, off))
WHOLE(void *, mmap64, "mmap", of(fd), (void *at, size_t n, int prot, int flags, int fd, off64_t off),
      (at, n, prot, flags, fd, off))
WHOLE(ssize_t, sendmsg, "send", of(fd), (int fd, const struct msghdr *msg, int flags),
      (fd, msg, flags))

int fdatasync(int fd)
{
    enum moment moment = step("fdatasync", of(fd), NULL, 0);
    if (moment == FAIL)
        return -1;
    int result = REAL(fdatasync)(fd);
    if (!result && !strcmp(of(fd), WAL))
        synced(wal_end);
    if (moment != GO)
        die();
    return result;
}

static size_t share(enum moment moment, const void *data, size_t size)
{
    const char *end = moment == HEAD ? memmem(data, size, "\r\n\r\n", 4) : NULL;
    return end ? (size_t)(end + 4 - (const char *)data) : moment == HALF ? size / 2 : size;
}

/* A call that carries bytes, of which a share may be let through. */
#define BYTES(function, kind, parameters, arguments)                                             \
    ssize_t function parameters                                                                    \
    {                                                                                              \
        enum moment moment = step(kind, of(fd), data, size);                                       \
        if (moment == FAIL)                                                                        \
            return -1;                                                                             \
        size = share(moment, data, size);                                                          \
        ssize_t result = REAL(function) arguments;                                                 \
        if (moment != GO)                                                                          \
            die();                                                                                 \
        return result;                                                                             \
    }

BYTES(write, "write", (int fd, const void *data, size_t size), (fd, data, size))
BYTES(send, "send", (int fd, const void *data, size_t size, int flags), (fd, data, size, flags))
BYTES(sendto, "send",
      (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t n),
      (fd, data, size, flags, to, n))

static void wrote(int fd, off64_t at, size_t size)
{
    if (strcmp(of(fd), WAL))
        return;
    if (at == 0)
        synced(0); /* it starts anew: the frames behind are of the past */
    long end = (long)at + (long)size;
    wal_end = at && wal_end > end ? wal_end : end; /* a page may be written once more */
}

#define PWRITE(function, offset)                                                                   \
    ssize_t function(int fd, const void *data, size_t size, offset at)                             \
    {                                                                                              \
        enum moment moment = step("pwrite", of(fd), NULL, size);                                   \
        if (moment == FAIL)                                                                        \
            return -1;                                                                             \
        wrote(fd, at, size);                                                                       \
        ssize_t result = REAL(function)(fd, data, moment == HALF ? size / 2 : size, at);           \
        if (moment != GO)                                                                          \
            die();                                                                                 \
        return result;                                                                             \
    }

PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t recv(int fd, void *data, size_t size, int flags)
{
    enum moment moment = step("recv", of(fd), NULL, 0);
    if (moment == HALF) {
        ssize_t there = REAL(recv)(fd, data, size, flags | MSG_PEEK);
        size = there > 1 ? (size_t)there / 2 : size;
    }
    ssize_t result = REAL(recv)(fd, data, size, flags);
    if (moment != GO)
        die();
    return result;
}

int connect(int fd, const struct sockaddr *to, socklen_t n)
{
    int tcp = to->sa_family == AF_INET || to->sa_family == AF_INET6;
    enum moment moment = step("connect", tcp ? "tcp" : "", NULL, 0);
    if (tcp && fd >= 0 && fd < FDS)
        memcpy(targets[fd], "tcp", 4);
    int result = REAL(connect)(fd, to, n);
    if (moment != GO)
        die();
    return result;
}

int close(int fd)
{
    enum moment moment = step("close", of(fd), NULL, 0);
    if (fd >= 0 && fd < FDS)
        targets[fd][0] = 0;
    int result = REAL(close)(fd);
    if (moment != GO)
        die();
    return result;
}

#define PATHS(function, kind, parameters, arguments)                                               \
    int function parameters                                                                        \
    {                                                                                              \
        char name[NAME];                                                                           \
        name_of(path, name);                                                                       \
        enum moment moment = step(kind, name, NULL, 0);                                            \
        int result = REAL(function) arguments;                                                     \
        if (moment != GO)                                                                          \
            die();                                                                                 \
        return result;                                                                             \
    }

PATHS(unlink, "unlink", (const char *path), (path))
PATHS(rename, "rename", (const char *other, const char *path), (other, path))
