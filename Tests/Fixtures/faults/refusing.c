// Makes calls fail that some file systems do not have, and those that read, to be loaded before the C library:
// LD_PRELOAD. Each variable but the first is the errno of the calls that it names; without it they work.
//
//   REFUSE_FOLDER  only files below it count
//   REFUSE_MMAP    mmap of a file
//   REFUSE_CUT     mmap works, and then the file is made empty: the first access is SIGBUS
//   REFUSE_READ    read, pread
//   REFUSE_OPEN    open, to read
//   REFUSE_FLOCK   flock
//   REFUSE_FCNTL   fcntl, to lock
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_inside(const char *path) {
  const char *folder = getenv("REFUSE_FOLDER");
  const size_t length = folder ? strlen(folder) : 0;
  return length > 0 && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int path_of(int descriptor, char path[PATH_MAX]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_inside(path);
}

static int refusal(const char *name, int descriptor) {
  char path[PATH_MAX];
  const char *code = getenv(name);
  return code && path_of(descriptor, path) ? atoi(code) : 0;
}

#define REFUSE(name, descriptor, result)        \
  {                                             \
    const int code = refusal(name, descriptor); \
    if (code) {                                 \
      errno = code;                             \
      return result;                            \
    }                                           \
  }

#define MMAP(name, offset_type)                                                                 \
  void *name(void *address, size_t size, int protection, int flags, int file, offset_type at) { \
    if (file >= 0) REFUSE("REFUSE_MMAP", file, MAP_FAILED)                                      \
    void *const result = NEXT(name)(address, size, protection, flags, file, at);                \
    char path[PATH_MAX];                                                                        \
    if (file >= 0 && getenv("REFUSE_CUT") && path_of(file, path)) (void)!truncate(path, 0);     \
    return result;                                                                              \
  }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

ssize_t read(int file, void *bytes, size_t count) {
  REFUSE("REFUSE_READ", file, -1)
  return NEXT(read)(file, bytes, count);
}
ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
  REFUSE("REFUSE_READ", file, -1)
  return NEXT(pread)(file, bytes, count, offset);
}
ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) {
  REFUSE("REFUSE_READ", file, -1)
  return NEXT(pread64)(file, bytes, count, offset);
}
int flock(int file, int operation) {
  REFUSE("REFUSE_FLOCK", file, -1)
  return NEXT(flock)(file, operation);
}

#define FCNTL(name)                                                                    \
  int name(int file, int command, ...) {                                               \
    va_list rest;                                                                      \
    va_start(rest, command);                                                           \
    void *const argument = va_arg(rest, void *);                                       \
    va_end(rest);                                                                      \
    if (command == F_OFD_SETLK || command == F_SETLK) REFUSE("REFUSE_FCNTL", file, -1) \
    return NEXT(name)(file, command, argument);                                        \
  }
FCNTL(fcntl)
FCNTL(fcntl64)

#define OPEN(name)                                                                \
  int name(const char *path, int flags, ...) {                                    \
    va_list rest;                                                                 \
    va_start(rest, flags);                                                        \
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                                 \
    const char *code = getenv("REFUSE_OPEN");                                     \
    if (code && (flags & O_ACCMODE) == O_RDONLY && is_inside(path)) {             \
      errno = atoi(code);                                                         \
      return -1;                                                                  \
    }                                                                             \
    return NEXT(name)(path, flags, mode);                                         \
  }
OPEN(open)
OPEN(open64)
