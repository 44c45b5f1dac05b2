// What the system gave this program at its start, taken before anything else runs.
#pragma once

/// The number of arguments, the program's name among them; 0 if there is not even a name.
int cs_argument_count(void);

/// The argument at an index from 0, `NULL` behind the last. Constant for as long as the process lives.
const char *cs_argument(int index);

/// Whether a standard stream, 0 to 2, was closed. The null device has its descriptor since, so that no file of the
/// program gets it.
int cs_was_closed(int descriptor);

/// From now on, a mapped file that cannot be read ends the process with one sentence that names it and this exit code.
///
/// The disk or the server failed, or somebody made the file shorter: the system tells of it by a signal only.
void cs_end_on_unreadable_mappings(int exit_code);
