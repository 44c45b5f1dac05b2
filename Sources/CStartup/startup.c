// The program's arguments from the C library. Swift's standard library reads the arguments from /proc/self/cmdline,
// which does not exist without /proc. The C library receives them from the system. In a statically linked program,
// Swift's runtime reads its own path from /proc/self/exe and ends the program where that does not exist.
#define _POSIX_C_SOURCE 200809L
#include "cstartup.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static int argument_count;
static char **arguments;
static int was_closed[3];

int cs_argument_count(void) { return argument_count; }

const char *cs_argument(int index) { return index >= 0 && index < argument_count ? arguments[index] : NULL; }

int cs_was_closed(int descriptor) { return descriptor >= 0 && descriptor < 3 && was_closed[descriptor]; }

// Opens the null device for each closed standard stream. A newly opened file gets the lowest free descriptor, so no
// later file gets one of the three.
static void open_standard_streams(void) {
  for (int descriptor = 0; descriptor < 3; descriptor++) {
    if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    was_closed[descriptor] = 1;
    // Without /dev, a directory occupies the descriptor.
    if (open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY) < 0) (void)open("/", O_RDONLY);
  }
}

// The place is only used to write a crash report; one that the environment names stays.
static void name_runtime(void) {
#if defined(__linux__)
  if (access("/proc/self/exe", F_OK) != 0) setenv("SWIFT_ROOT", "/", 0);
#endif
}

#if defined(__GLIBC__) || defined(__APPLE__)
// glibc passes the arguments of `main` to constructors.
__attribute__((constructor(101))) static void start(int count, char **values) {
  argument_count = count;
  arguments = values;
  open_standard_streams();
  name_runtime();
}
#else
extern char **environ;

// Other C libraries do not. The arguments precede the environment in memory: argument count, arguments, NULL,
// environment. A pointer is never as small as the argument count.
__attribute__((constructor(101))) static void start(void) {
  open_standard_streams();
  name_runtime();
  if (!environ) return;
  char **const end = environ - 1;
  for (int count = 0; count < 1 << 24; count++) {
    if ((size_t)end[-count - 1] != (size_t)count) continue;
    argument_count = count;
    arguments = end - count;
    return;
  }
}
#endif
