#include "cimagecodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
#include <jerror.h>

typedef struct {
  struct jpeg_error_mgr error;
  struct jpeg_destination_mgr destination;
  jmp_buf failure;
  ic_status status;
} encoder;

static void on_error(j_common_ptr info) {
  encoder *self = info->client_data;
  self->status = info->err->msg_code == JERR_OUT_OF_MEMORY ? IC_OUT_OF_MEMORY : IC_UNSUPPORTED;
  longjmp(self->failure, 1);
}

static void on_message(j_common_ptr info) { (void)info; }

static void on_destination(j_compress_ptr info) { (void)info; }

// The buffer has the largest possible size of a file. If it is too small nevertheless, the image is refused instead of
// truncated.
static boolean on_full(j_compress_ptr info) {
  encoder *self = info->client_data;
  self->status = IC_UNSUPPORTED;
  longjmp(self->failure, 1);
}

size_t ic_jpeg_encoded_limit(size_t width, size_t height) {
  const size_t blocks = (width + 15) / 16 * ((height + 15) / 16);
  return 2 * 3 * 256 * blocks + 4096;
}

ic_status ic_jpeg_encode(const uint8_t *pixels, size_t width, size_t height, int quality, uint8_t *bytes,
                         size_t capacity, size_t *count) {
  struct jpeg_compress_struct info = {0};
  encoder self = {0};
  info.err = jpeg_std_error(&self.error);
  self.error.error_exit = on_error;
  self.error.output_message = on_message;
  info.client_data = &self;
  if (setjmp(self.failure)) {
    jpeg_destroy_compress(&info);
    return self.status;
  }
  jpeg_create_compress(&info);
  self.destination = (struct jpeg_destination_mgr){
      .next_output_byte = bytes,
      .free_in_buffer = capacity,
      .init_destination = on_destination,
      .empty_output_buffer = on_full,
      .term_destination = on_destination,
  };
  info.dest = &self.destination;
  info.image_width = (JDIMENSION)width;
  info.image_height = (JDIMENSION)height;
  info.input_components = 4;
  info.in_color_space = JCS_EXT_RGBX;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.dct_method = JDCT_ISLOW;
  info.optimize_coding = TRUE;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    // The library does not write through this pointer.
    JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + 4 * width * info.next_scanline);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  *count = capacity - self.destination.free_in_buffer;
  jpeg_destroy_compress(&info);
  return IC_OK;
}
