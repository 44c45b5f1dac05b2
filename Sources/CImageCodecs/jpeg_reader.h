// The parts of the JPEG decoder outside libjpeg: Pillow's own checks of the header, and block smoothing.
#ifndef IC_JPEG_READER_H
#define IC_JPEG_READER_H
#include "cimagecodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <jpeglib.h>

struct ic_jpeg {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr error;
  struct jpeg_progress_mgr progress;
  struct jpeg_source_mgr source;
  jmp_buf failure;
  ic_status status;
  bool started;
  const uint8_t *end;    // of the file; the source has a part of it
  size_t skip;           // bytes to drop of what comes next
  bool is_out_of_data;   // the scan broke off, and libjpeg invents the rest
  bool was_out_of_data;  // when the row of MCUs began, and nothing came since
  char message[JMSG_LENGTH_MAX];
};

/// Why Pillow does not open the file, though libjpeg may, in words and as `status`; NULL where it does
/// (JpegImageFile._open, up to the first scan).
const char *jpeg_refusal(const uint8_t *bytes, size_t count, ic_status *status);

/// Makes some bytes, which stay where they are, the source of a decompressor that has been created.
void jpeg_source_start(ic_jpeg *jpeg, const uint8_t *bytes, size_t count);

/// The next bytes, once libjpeg has stopped for want of them; false where there are none.
bool jpeg_source_more(ic_jpeg *jpeg);

/// Guesses what the scans of a progressive file left out, as libjpeg-turbo does since 3.0.1, and changes the
/// coefficients; older ones see fewer neighbours in some files. `info` is between the end of its input and the start of
/// an output, with its own smoothing off. The scan before the last counts below row `last_good_row` (of MCUs), where
/// the last one broke off.
void jpeg_smooth(j_decompress_ptr info, JDIMENSION last_good_row);

#endif
