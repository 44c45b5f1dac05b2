// The parts of the JPEG decoder besides libjpeg's: Pillow's own look at the header, and the smoothing of blocks.
#ifndef IC_JPEG_READER_H
#define IC_JPEG_READER_H
#include "cimagecodecs.h"

#include <stdio.h>
#include <jpeglib.h>

/// Why Pillow does not open the file, though libjpeg may, in words and as `status`; NULL where it does
/// (JpegImageFile._open, up to the first scan).
const char *jpeg_refusal(const uint8_t *bytes, size_t count, ic_status *status);

/// Guesses what the scans of a progressive file left out, as libjpeg-turbo does since 3.0.1, and changes the
/// coefficients; older ones see fewer neighbours in some files. `info` is between the end of its input and the start of
/// an output, with its own smoothing off. The scan before the last counts below row `last_good_row` (of MCUs), where
/// the last one broke off.
void jpeg_smooth(j_decompress_ptr info, JDIMENSION last_good_row);

#endif
