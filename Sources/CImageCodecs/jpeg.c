#include "cimagecodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
#include <jerror.h>

#ifndef JCS_EXTENSIONS
#error "libjpeg-turbo is needed: other libraries have no RGBX output"
#endif

#define STRING(x) #x
#define STRING_OF(x) STRING(x)

// A progressive file repeats work over the whole image for every scan, and a scan may take ten bytes. No encoder
// comes near this number.
enum { MOST_SCANS = 1000 };

struct ic_jpeg {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr error;
  struct jpeg_progress_mgr progress;
  struct jpeg_source_mgr source;
  jmp_buf failure;
  ic_status status;
  bool started;  // by ic_jpeg_next
  char message[JMSG_LENGTH_MAX];
};

// --- Callbacks: they leave by longjmp, and only into the function of this file that called the library -----------
static void on_error(j_common_ptr info) {
  ic_jpeg *jpeg = info->client_data;
  info->err->format_message(info, jpeg->message);
  const int code = info->err->msg_code;
  jpeg->status = code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE ? IC_OUT_OF_MEMORY : IC_CORRUPT;
  longjmp(jpeg->failure, 1);
}

// Corrupt data that libjpeg can get over is a warning; Pillow lets it pass in silence.
static void on_message(j_common_ptr info) { (void)info; }

static void on_progress(j_common_ptr info) {
  ic_jpeg *jpeg = info->client_data;
  if (jpeg->info.input_scan_number <= MOST_SCANS) return;
  snprintf(jpeg->message, sizeof jpeg->message, "more than %d scans", MOST_SCANS);
  jpeg->status = IC_CORRUPT;
  longjmp(jpeg->failure, 1);
}

static void on_source(j_decompress_ptr info) { (void)info; }

// All bytes are in memory from the start; FALSE makes libjpeg stop instead of inventing an end of the image.
static boolean on_empty(j_decompress_ptr info) {
  (void)info;
  return FALSE;
}

static void on_skip(j_decompress_ptr info, long count) {
  struct jpeg_source_mgr *source = info->src;
  const size_t step = count < 0 ? 0 : (size_t)count;
  const size_t left = step < source->bytes_in_buffer ? step : source->bytes_in_buffer;
  source->next_input_byte += left;
  source->bytes_in_buffer -= left;
}

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

// Always a new decompressor: one that is reused would lend a file without tables those of the file before.
ic_status ic_jpeg_open(ic_jpeg *jpeg, const uint8_t *bytes, size_t count, ic_size *size) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  jpeg_destroy_decompress(info);
  jpeg->started = false;
  info->err = jpeg_std_error(&jpeg->error);
  jpeg->error.error_exit = on_error;
  jpeg->error.output_message = on_message;
  info->client_data = jpeg;
  if (setjmp(jpeg->failure)) return failed(jpeg, jpeg->status, NULL);
  jpeg_create_decompress(info);
  jpeg->progress.progress_monitor = on_progress;
  info->progress = &jpeg->progress;
  jpeg->source = (struct jpeg_source_mgr){
      .next_input_byte = bytes,
      .bytes_in_buffer = count,
      .init_source = on_source,
      .fill_input_buffer = on_empty,
      .skip_input_data = on_skip,
      .resync_to_restart = jpeg_resync_to_restart,
      .term_source = on_source,
  };
  info->src = &jpeg->source;
  int header;
  do header = jpeg_read_header(info, FALSE);
  while (header == JPEG_HEADER_TABLES_ONLY);
  if (header == JPEG_SUSPENDED) return failed(jpeg, IC_TRUNCATED, "the header is incomplete");

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

// a * b / 255, rounded: Pillow's MULDIV255.
static inline unsigned scaled(unsigned a, unsigned b) {
  const unsigned product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// The file holds 255 - ink. Pillow undoes that, then subtracts the inks from white: w - ink * w, w = 1 - black.
static void rgb_from_inverted_cmyk(uint8_t *row, size_t width) {
  for (uint8_t *p = row; p < row + 4 * width; p += 4) {
    const unsigned white = p[3];
    for (size_t c = 0; c < 3; c++) p[c] = (uint8_t)(white - scaled(255u - p[c], white));
  }
}

static void upright(uint8_t *row, size_t width) {
  for (size_t i = 0; i < 4 * width; i++) row[i] = (uint8_t)(255 - row[i]);
}

static ic_status read_rows(ic_jpeg *jpeg, uint8_t *pixels, void (*convert_cmyk)(uint8_t *row, size_t width)) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  if (setjmp(jpeg->failure)) return failed(jpeg, jpeg->status, NULL);
  // Both return FALSE only when the source is empty, which it stays.
  if (!jpeg_start_decompress(info)) return failed(jpeg, IC_TRUNCATED, "the image data is incomplete");
  const size_t row_bytes = 4 * (size_t)info->output_width;
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = pixels + info->output_scanline * row_bytes;
    if (jpeg_read_scanlines(info, &row, 1) != 1)
      return failed(jpeg, IC_TRUNCATED, "the image data is incomplete");
    if (info->out_color_space == JCS_CMYK) convert_cmyk(row, info->output_width);
  }
  // All rows are there: like Pillow, look for what is wrong behind them but do without an end marker.
  jpeg_finish_decompress(info);
  jpeg_destroy_decompress(info);
  return IC_OK;
}

ic_status ic_jpeg_read(ic_jpeg *jpeg, uint8_t *pixels) { return read_rows(jpeg, pixels, rgb_from_inverted_cmyk); }

ic_status ic_jpeg_read_stored(ic_jpeg *jpeg, uint8_t *pixels, ic_stored *stored) {
  *stored = jpeg->info.out_color_space == JCS_CMYK ? IC_STORED_CMYK : IC_STORED_RGB;
  return read_rows(jpeg, pixels, upright);
}

bool ic_jpeg_has_scans(ic_jpeg *jpeg, long limit) {
  jpeg->info.mem->max_memory_to_use = limit;
  return jpeg_has_multiple_scans(&jpeg->info);
}

ic_status ic_jpeg_next(ic_jpeg *jpeg, uint8_t *pixels, size_t count) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  if (setjmp(jpeg->failure)) return failed(jpeg, jpeg->status, NULL);
  if (!jpeg->started && !jpeg_start_decompress(info))
    return failed(jpeg, IC_TRUNCATED, "the image data is incomplete");
  jpeg->started = true;
  const size_t row_bytes = 4 * (size_t)info->output_width;
  for (size_t y = 0; y < count; y++) {
    JSAMPROW row = pixels + y * row_bytes;
    if (jpeg_read_scanlines(info, &row, 1) != 1)
      return failed(jpeg, IC_TRUNCATED, "the image data is incomplete");
    if (info->out_color_space == JCS_CMYK) rgb_from_inverted_cmyk(row, info->output_width);
  }
  if (info->output_scanline < info->output_height) return IC_OK;
  jpeg_finish_decompress(info);
  jpeg_destroy_decompress(info);
  return IC_OK;
}

const char *ic_jpeg_message(const ic_jpeg *jpeg) { return jpeg->message; }

const char *ic_jpeg_version(void) { return STRING_OF(LIBJPEG_TURBO_VERSION); }
