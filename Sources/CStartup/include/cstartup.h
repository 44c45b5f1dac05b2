// The arguments and standard streams of the process, read before any other code runs.
#pragma once

/// Returns the number of arguments, including the program's name; 0 if even the name is missing.
int cs_argument_count(void);

/// Returns the argument at an index from 0, `NULL` after the last. The string is constant for the lifetime of the
/// process.
const char *cs_argument(int index);

/// Returns whether a standard stream, 0 to 2, was closed at the start. Its descriptor is then open on the null device,
/// so that no other file gets the descriptor.
int cs_was_closed(int descriptor);

/// Makes a failed read of a memory-mapped file end the process with an error message that names the file, and this exit
/// code.
///
/// Such a read fails when the disk or the server fails, or when another process truncates the file. The system reports
/// it only by a signal.
void cs_end_on_unreadable_mappings(int exit_code);
