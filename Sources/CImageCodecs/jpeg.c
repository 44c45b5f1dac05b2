#include "cimagecodecs.h"
#include "jpeg_reader.h"

#include <stdlib.h>
#include <jerror.h>

#ifndef JCS_EXTENSIONS
#error "libjpeg-turbo is needed: other libraries have no RGBX output"
#endif

#define STRING(x) #x
#define STRING_OF(x) STRING(x)

// The largest number of scans. Every scan of a progressive file may repeat work over the whole image, and may have only
// ten bytes. Real encoders write far fewer scans.
enum { MOST_SCANS = 1000 };

// --- Callbacks: they leave by longjmp, and only into the function of this file that called the library -----------
static void on_error(j_common_ptr info) {
  ic_jpeg *jpeg = info->client_data;
  info->err->format_message(info, jpeg->message);
  const int code = info->err->msg_code;
  jpeg->status = code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE ? IC_OUT_OF_MEMORY : IC_CORRUPT;
  longjmp(jpeg->failure, 1);
}

// Recoverable corrupt data is a warning, which Pillow ignores. Two messages tell whether the data of a scan have ended,
// because the library does not expose that state.
static void on_message(j_common_ptr info, int level) {
  ic_jpeg *jpeg = info->client_data;
  if (level < 0) info->err->num_warnings++;
  if (info->err->msg_code == JWRN_HIT_MARKER) jpeg->is_out_of_data = true;
  if (info->err->msg_code == JTRC_RST) jpeg->is_out_of_data = jpeg->was_out_of_data = false;
}

static void check_scans(ic_jpeg *jpeg) {
  if (jpeg->info.input_scan_number <= MOST_SCANS) return;
  snprintf(jpeg->message, sizeof jpeg->message, "more than %d scans", MOST_SCANS);
  jpeg->status = IC_CORRUPT;
  longjmp(jpeg->failure, 1);
}

static void on_progress(j_common_ptr info) { check_scans(info->client_data); }

// --- Interface --------------------------------------------------------------------------------------------------
ic_jpeg *ic_jpeg_create(void) { return calloc(1, sizeof(ic_jpeg)); }

void ic_jpeg_destroy(ic_jpeg *jpeg) {
  if (jpeg == NULL) return;
  jpeg_destroy_decompress(&jpeg->info);
  free(jpeg);
}

static ic_status failed(ic_jpeg *jpeg, ic_status status, const char *message) {
  if (message != NULL) snprintf(jpeg->message, sizeof jpeg->message, "%s", message);
  jpeg_destroy_decompress(&jpeg->info);
  return status;
}

// Creates a new decompressor for each image. A reused one would apply the previous file's tables to a file without
// tables.
ic_status ic_jpeg_open(ic_jpeg *jpeg, const uint8_t *bytes, size_t count, ic_size *size) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  jpeg_destroy_decompress(info);
  jpeg->started = jpeg->is_out_of_data = jpeg->was_out_of_data = false;
  ic_status status;
  const char *refusal = jpeg_refusal(bytes, count, &status);
  if (refusal != NULL) return failed(jpeg, status, refusal);
  info->err = jpeg_std_error(&jpeg->error);
  jpeg->error.error_exit = on_error;
  jpeg->error.emit_message = on_message;
  info->client_data = jpeg;
  if (setjmp(jpeg->failure)) return failed(jpeg, jpeg->status, NULL);
  jpeg_create_decompress(info);
  jpeg->progress.progress_monitor = on_progress;
  info->progress = &jpeg->progress;
  jpeg_source_start(jpeg, bytes, count);
  for (int header; (header = jpeg_read_header(info, FALSE)) != JPEG_HEADER_OK;)
    if (header == JPEG_SUSPENDED && !jpeg_source_more(jpeg))
      return failed(jpeg, IC_TRUNCATED, "the header is incomplete");

  switch (info->num_components) {
    case 1:
    case 3: info->out_color_space = JCS_EXT_RGBX; break;
    case 4: info->out_color_space = JCS_CMYK; break;
    default: return failed(jpeg, IC_UNSUPPORTED, "only 1, 3 or 4 colour components are supported");
  }
  info->dct_method = JDCT_ISLOW;
  info->do_fancy_upsampling = TRUE;
  size->width = info->image_width;
  size->height = info->image_height;
  return IC_OK;
}

// Returns a * b / 255, rounded: Pillow's MULDIV255.
static inline unsigned scaled(unsigned a, unsigned b) {
  const unsigned product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// Converts inverted CMYK, 255 - ink, to RGB. Pillow undoes the inversion, then subtracts the inks from white: w - ink *
// w, w = 1 - black.
static void rgb_from_inverted_cmyk(uint8_t *row, size_t width) {
  for (uint8_t *p = row; p < row + 4 * width; p += 4) {
    const unsigned white = p[3];
    for (size_t c = 0; c < 3; c++) p[c] = (uint8_t)(white - scaled(255u - p[c], white));
  }
}

static void upright(uint8_t *row, size_t width) {
  for (size_t i = 0; i < 4 * width; i++) row[i] = (uint8_t)(255 - row[i]);
}

// Reads all scans of a progressive file and estimates the missing coefficients.
static bool absorb_scans(ic_jpeg *jpeg) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  JDIMENSION last_good_row = 0;
  for (bool is_new_row = true;;) {
    check_scans(jpeg);
    const JDIMENSION row = info->input_iMCU_row;
    if (is_new_row) jpeg->was_out_of_data = jpeg->is_out_of_data;
    const int result = jpeg_consume_input(info);
    is_new_row = result != JPEG_SUSPENDED;
    if (result == JPEG_SUSPENDED && !jpeg_source_more(jpeg)) return false;
    if (result == JPEG_REACHED_SOS) jpeg->is_out_of_data = false;
    if ((result == JPEG_ROW_COMPLETED || result == JPEG_SCAN_COMPLETED) && !jpeg->was_out_of_data) last_good_row = row;
    if (result == JPEG_REACHED_EOI) break;
  }
  jpeg_smooth(info, last_good_row);
  return true;
}

static bool start(ic_jpeg *jpeg) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  jpeg->started = true;
  // In buffered-image mode, the coefficients can be smoothed by the same algorithm for every version of the library.
  info->buffered_image = info->progressive_mode;
  info->do_block_smoothing = FALSE;
  while (!jpeg_start_decompress(info))
    if (!jpeg_source_more(jpeg)) return false;
  if (!info->buffered_image) return true;
  if (!absorb_scans(jpeg)) return false;
  while (!jpeg_start_output(info, info->input_scan_number))
    if (!jpeg_source_more(jpeg)) return false;
  return true;
}

// Returns whether a marker begins a frame of a kind that libjpeg reads. Newer versions refuse a second frame before
// they check that its header is complete.
static bool is_frame(int marker) { return (marker >= 0xC0 && marker <= 0xC2) || marker == 0xC9 || marker == 0xCA; }

typedef void (*row_conversion)(uint8_t *row, size_t width);

// Decodes the next rows, and finishes the image after the last row.
static ic_status read_rows(ic_jpeg *jpeg, uint8_t *pixels, size_t count, row_conversion convert_cmyk) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  if (setjmp(jpeg->failure)) return failed(jpeg, jpeg->status, NULL);
  if (!jpeg->started && !start(jpeg)) return failed(jpeg, IC_TRUNCATED, "the image data is incomplete");
  const size_t row_bytes = 4 * (size_t)info->output_width;
  for (size_t y = 0; y < count; y++) {
    JSAMPROW row = pixels + y * row_bytes;
    while (jpeg_read_scanlines(info, &row, 1) != 1)
      if (!jpeg_source_more(jpeg)) return failed(jpeg, IC_TRUNCATED, "the image data is incomplete");
    if (info->out_color_space == JCS_CMYK) convert_cmyk(row, info->output_width);
  }
  if (info->output_scanline < info->output_height) return IC_OK;
  // All rows are decoded. Like Pillow, read the rest for errors but do not require an end marker.
  if (info->buffered_image) jpeg_finish_output(info);
  if (!jpeg_finish_decompress(info) && is_frame(info->unread_marker))
    return failed(jpeg, IC_CORRUPT, "a second image begins in the first");
  jpeg_destroy_decompress(info);
  return IC_OK;
}

ic_status ic_jpeg_read(ic_jpeg *jpeg, uint8_t *pixels) {
  return read_rows(jpeg, pixels, jpeg->info.image_height, rgb_from_inverted_cmyk);
}

ic_status ic_jpeg_read_stored(ic_jpeg *jpeg, uint8_t *pixels, ic_stored *stored) {
  *stored = jpeg->info.out_color_space == JCS_CMYK ? IC_STORED_CMYK : IC_STORED_RGB;
  return read_rows(jpeg, pixels, jpeg->info.image_height, upright);
}

ic_status ic_jpeg_next(ic_jpeg *jpeg, uint8_t *pixels, size_t count) {
  return read_rows(jpeg, pixels, count, rgb_from_inverted_cmyk);
}

bool ic_jpeg_has_scans(ic_jpeg *jpeg, long limit) {
  jpeg->info.mem->max_memory_to_use = limit;
  return jpeg_has_multiple_scans(&jpeg->info);
}

const char *ic_jpeg_message(const ic_jpeg *jpeg) { return jpeg->message; }

const char *ic_jpeg_version(void) { return STRING_OF(LIBJPEG_TURBO_VERSION); }
