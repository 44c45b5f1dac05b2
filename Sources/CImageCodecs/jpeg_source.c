// The bytes of a JPEG file as libjpeg gets them: in blocks, as from Pillow.
#include "jpeg_reader.h"

// Pillow hands libjpeg at most so many bytes at a time (ImageFile.MAXBLOCK). What is damaged, arithmetic-coded or
// behind the image's end may decode in one way or another depending on it.
enum { BLOCK = 1 << 16 };

static void on_source(j_decompress_ptr info) { (void)info; }

// FALSE makes libjpeg stop, for more bytes or for good, instead of inventing an end of the image.
static boolean on_empty(j_decompress_ptr info) {
  (void)info;
  return FALSE;
}

static void on_skip(j_decompress_ptr info, long count) {
  ic_jpeg *jpeg = info->client_data;
  struct jpeg_source_mgr *source = info->src;
  const size_t step = count < 0 ? 0 : (size_t)count;
  const size_t now = step < source->bytes_in_buffer ? step : source->bytes_in_buffer;
  source->next_input_byte += now;
  source->bytes_in_buffer -= now;
  jpeg->skip = step - now;
}

static boolean on_restart(j_decompress_ptr info, int wanted) {
  ic_jpeg *jpeg = info->client_data;
  const boolean found = jpeg_resync_to_restart(info, wanted);
  if (found && info->unread_marker == 0) jpeg->is_out_of_data = jpeg->was_out_of_data = false;
  return found;
}

bool jpeg_source_more(ic_jpeg *jpeg) {
  struct jpeg_source_mgr *source = &jpeg->source;
  do {
    const size_t left = (size_t)(jpeg->end - source->next_input_byte) - source->bytes_in_buffer;
    if (left == 0) return false;
    source->bytes_in_buffer += left < BLOCK ? left : BLOCK;
    if (jpeg->skip > 0) on_skip(&jpeg->info, (long)jpeg->skip);
  } while (jpeg->skip > 0);
  return true;
}

void jpeg_source_start(ic_jpeg *jpeg, const uint8_t *bytes, size_t count) {
  jpeg->end = bytes + count;
  jpeg->skip = 0;
  jpeg->source = (struct jpeg_source_mgr){
      .next_input_byte = bytes,
      .bytes_in_buffer = count < BLOCK ? count : BLOCK,
      .init_source = on_source,
      .fill_input_buffer = on_empty,
      .skip_input_data = on_skip,
      .resync_to_restart = on_restart,
      .term_source = on_source,
  };
  jpeg->info.src = &jpeg->source;
}
