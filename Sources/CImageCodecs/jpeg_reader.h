// The parts of the JPEG decoder outside libjpeg: Pillow's own checks of the header, and block smoothing.
#ifndef IC_JPEG_READER_H
#define IC_JPEG_READER_H
#include "cimagecodecs.h"

#include <stdio.h>
#include <jpeglib.h>

/// Returns the reason that Pillow does not open the file, although libjpeg may, and sets `status`; NULL when Pillow
/// opens the file (JpegImageFile._open, up to the first scan).
const char *jpeg_refusal(const uint8_t *bytes, size_t count, ic_status *status);

/// Estimates the coefficients missing from the scans of a progressive file and writes them, like libjpeg-turbo since
/// 3.0.1; older versions use fewer neighbours in some files. Must be called after the end of `info`'s input and before
/// the start of an output, with libjpeg's own smoothing off. The last scan ends in row `last_good_row` (of MCUs); below
/// that row, the precision of the previous scan applies.
void jpeg_smooth(j_decompress_ptr info, JDIMENSION last_good_row);

#endif
