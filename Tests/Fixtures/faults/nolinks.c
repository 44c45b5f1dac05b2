// Loaded before the C library, makes every hard link fail as NOLINKS, a number of errno, says: file systems without
// hard links, two file systems, a file with as many links as it can have.
#include <errno.h>
#include <stdlib.h>

static int fail(void) {
  const char *code = getenv("NOLINKS");
  errno = code ? atoi(code) : EPERM;
  return -1;
}

int link(const char *from, const char *to) {
  (void)from, (void)to;
  return fail();
}

int linkat(int folder, const char *from, int other, const char *to, int flags) {
  (void)folder, (void)from, (void)other, (void)to, (void)flags;
  return fail();
}
