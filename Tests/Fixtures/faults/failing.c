// Makes the n-th call that changes a folder fail, to be loaded before the C library: LD_PRELOAD.
//
//   FAULT_FOLDER  only files below it count, and the folder itself
//   FAULT_STREAM  or only writes to this descriptor: 1 or 2
//   FAULT_AT      which call, from 1; 0 for none
//   FAULT_HOW     a number: that call fails with this errno
//                 full: it and all later ones that need room fail with ENOSPC, as on a disk that is full and stays so
//                 short: it writes half of what it should, and is followed by a full disk
//                 kill: the process is killed before it (SIGKILL)
//                 torn: it writes half of what it should, and the process is killed
//   FAULT_COUNT   a file that gets the number of calls when the process ends by itself
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int calls;
static atomic_int failed;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_inside(const char *path) {
  static const char *folder;
  if (!folder) folder = getenv("FAULT_FOLDER");
  const size_t length = folder ? strlen(folder) : 0;
  return length > 0 && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int is_descriptor_inside(int descriptor) {
  const char *stream = getenv("FAULT_STREAM");
  if (stream && descriptor == atoi(stream)) return 1;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_inside(path);
}

// What is to become of a call: 0 for nothing, an errno, or one of these.
enum { HALF = -1, HALF_AND_KILL = -2 };

static int verdict(int needs_room) {
  static const char *how;
  static int at = -1;
  if (at < 0) {
    const char *text = getenv("FAULT_AT");
    how = getenv("FAULT_HOW");
    at = text && how ? atoi(text) : 0;
  }
  const int call = atomic_fetch_add(&calls, 1) + 1;
  if (at == 0) return 0;
  if (call > at && needs_room && atomic_load(&failed)) return ENOSPC;
  if (call != at) return 0;
  if (strcmp(how, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(how, "torn") == 0) return HALF_AND_KILL;
  if (strcmp(how, "short") == 0) {
    atomic_store(&failed, 1);
    return HALF;
  }
  if (strcmp(how, "full") == 0) {
    atomic_store(&failed, 1);
    return needs_room ? ENOSPC : 0;
  }
  return atoi(how);
}

// Calls that do not write cannot do half of it.
static int simple_verdict(int needs_room) {
  const int result = verdict(needs_room);
  if (result == HALF_AND_KILL) kill(getpid(), SIGKILL);
  if (result == HALF) return needs_room ? ENOSPC : 0;
  return result;
}

#define FAIL_IF(inside, needs_room)              \
  if (inside) {                                  \
    const int code = simple_verdict(needs_room); \
    if (code) {                                  \
      errno = code;                              \
      return -1;                                 \
    }                                            \
  }

static const int changes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

#define OPEN(name)                                                  \
  int name(const char *path, int flags, ...) {                      \
    va_list rest;                                                   \
    va_start(rest, flags);                                          \
    const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                   \
    FAIL_IF((flags & changes) && is_inside(path), flags & O_CREAT)  \
    return NEXT(name)(path, flags, mode);                           \
  }
OPEN(open)
OPEN(open64)

#define WRITE(name, parameters, arguments, half_arguments)  \
  ssize_t name parameters {                                 \
    if (is_descriptor_inside(descriptor)) {                 \
      const int code = verdict(1);                          \
      if (code == HALF || code == HALF_AND_KILL) {          \
        const ssize_t written = NEXT(name) half_arguments;  \
        if (code == HALF_AND_KILL) kill(getpid(), SIGKILL); \
        return written;                                     \
      }                                                     \
      if (code) {                                           \
        errno = code;                                       \
        return -1;                                          \
      }                                                     \
    }                                                       \
    return NEXT(name) arguments;                            \
  }
WRITE(write, (int descriptor, const void *bytes, size_t count), (descriptor, bytes, count),
      (descriptor, bytes, (count + 1) / 2))
WRITE(pwrite, (int descriptor, const void *bytes, size_t count, off_t offset), (descriptor, bytes, count, offset),
      (descriptor, bytes, (count + 1) / 2, offset))
WRITE(pwrite64, (int descriptor, const void *bytes, size_t count, off64_t offset), (descriptor, bytes, count, offset),
      (descriptor, bytes, (count + 1) / 2, offset))

int ftruncate(int descriptor, off_t length) {
  FAIL_IF(is_descriptor_inside(descriptor), 1)
  return NEXT(ftruncate)(descriptor, length);
}
int ftruncate64(int descriptor, off64_t length) {
  FAIL_IF(is_descriptor_inside(descriptor), 1)
  return NEXT(ftruncate64)(descriptor, length);
}
int fsync(int descriptor) {
  FAIL_IF(is_descriptor_inside(descriptor), 1)
  return NEXT(fsync)(descriptor);
}
int fdatasync(int descriptor) {
  FAIL_IF(is_descriptor_inside(descriptor), 1)
  return NEXT(fdatasync)(descriptor);
}
int rename(const char *from, const char *to) {
  FAIL_IF(is_inside(to), 1)
  return NEXT(rename)(from, to);
}
int mkdir(const char *path, mode_t mode) {
  FAIL_IF(is_inside(path), 1)
  return NEXT(mkdir)(path, mode);
}
int unlink(const char *path) {
  FAIL_IF(is_inside(path), 0)
  return NEXT(unlink)(path);
}

__attribute__((destructor)) static void report(void) {
  const char *path = getenv("FAULT_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%d\n", atomic_load(&calls));
  fclose(file);
}
