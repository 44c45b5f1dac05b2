// The handler of SIGBUS, the signal for a page of a memory-mapped file that cannot be read. A signal handler may call
// only few functions of the C library, and no Swift code.
#define _XOPEN_SOURCE 700
#include "cstartup.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static int code_of_exit;

static void say(const char *text, size_t length) {
  while (length > 0) {
    const ssize_t count = write(STDERR_FILENO, text, length);
    if (count <= 0) return;
    text += count;
    length -= (size_t)count;
  }
}

// Returns the value of the leading hexadecimal digits of a text, and advances the text past them.
static uintptr_t number(const char **text) {
  uintptr_t value = 0;
  for (;; ++*text) {
    const char digit = **text;
    if (digit >= '0' && digit <= '9') value = value * 16 + (uintptr_t)(digit - '0');
    else if (digit >= 'a' && digit <= 'f') value = value * 16 + (uintptr_t)(digit - 'a' + 10);
    else return value;
  }
}

// Returns the path in a line of /proc/self/maps, `start-end rights offset device inode path`, if the line's range
// contains an address.
static const char *path_in(const char *line, uintptr_t address) {
  const uintptr_t start = number(&line);
  if (*line++ != '-' || address < start || address >= number(&line)) return NULL;
  return strchr(line, '/');
}

// Copies the path of the file that is mapped at an address. Returns false without such a file, or without /proc.
static int find_path(uintptr_t address, char *path, size_t size) {
  const int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps < 0) return 0;
  char line[4352];
  size_t length = 0;
  char next;
  int found = 0;
  while (!found && read(maps, &next, 1) == 1) {
    if (next != '\n') {
      if (length < sizeof line - 1) line[length++] = next;
      continue;
    }
    line[length] = 0;
    length = 0;
    const char *const name = path_in(line, address);
    if (!name || strlen(name) >= size) continue;
    memcpy(path, name, strlen(name) + 1);
    found = 1;
  }
  close(maps);
  return found;
}

static void end(int signal_number, siginfo_t *information, void *context) {
  (void)context;
  char path[4352];
  if (information->si_code != BUS_ADRERR || !find_path((uintptr_t)information->si_addr, path, sizeof path)) {
    // The address is not in a memory-mapped file. The instruction runs again, and the default action ends the process.
    signal(signal_number, SIG_DFL);
    return;
  }
  static const char before[] = "error: cannot read ";
  static const char after[] = ": its disk or server failed, or it was made shorter meanwhile\n";
  say(before, sizeof before - 1);
  say(path, strlen(path));
  say(after, sizeof after - 1);
  _exit(code_of_exit);
}

void cs_end_on_unreadable_mappings(int exit_code) {
  code_of_exit = exit_code;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = end;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, NULL);
}
