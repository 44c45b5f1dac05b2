#include "jpeg_reader.h"

#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t length;
} segment;

static bool begins(segment s, const char *text, size_t length) {
  return s.length >= length && memcmp(s.bytes, text, length) == 0;
}

// Returns whether Pillow accepts the image resources in an application segment. Pillow accepts most truncated
// resources, but not a missing length of a name.
static bool resources_are_sound(segment s) {
  size_t at = 14;
  while (s.length >= at + 4 && memcmp(s.bytes + at, "8BIM", 4) == 0) {
    at += 4;
    if (s.length < at + 2) return true;
    const bool is_resolution = s.bytes[at] == 0x03 && s.bytes[at + 1] == 0xED;
    at += 2;
    if (s.length <= at) return false;
    at += 1 + (size_t)s.bytes[at];
    at += at & 1;
    if (s.length < at + 4) return true;
    const size_t size =
        (size_t)s.bytes[at] << 24 | (size_t)s.bytes[at + 1] << 16 | (size_t)s.bytes[at + 2] << 8 | s.bytes[at + 3];
    at += 4;
    const size_t left = s.length - at;
    if (is_resolution && (left < size ? left : size) < 14) return true;
    if (left < size) return true;
    at += size;
    at += at & 1;
  }
  return true;
}

static bool application_is_sound(uint8_t marker, segment s) {
  if (marker == 0xE0 && begins(s, "JFIF", 4)) return s.length >= 7;
  if (marker == 0xEE && begins(s, "Adobe", 5)) return s.length >= 7;
  if (marker == 0xED && begins(s, "Photoshop 3.0", 14)) return resources_are_sound(s);
  return true;
}

static bool tables_are_sound(segment s) {
  for (size_t at = 0; at < s.length;) {
    const size_t length = s.bytes[at] < 16 ? 65 : 129;
    if (s.length - at < length) return false;
    at += length;
  }
  return true;
}

static const char *frame_refusal(segment s, ic_status *status) {
  *status = IC_CORRUPT;
  if (s.length < 6 || (s.length - 6) % 3 != 0) return "its frame header is incomplete";
  *status = IC_UNSUPPORTED;
  if (s.bytes[0] != 8) return "only 8 bits a sample are supported";
  if (s.bytes[5] != 1 && s.bytes[5] != 3 && s.bytes[5] != 4) return "only 1, 3 or 4 colour components are supported";
  return NULL;
}

// Returns the part of a colour profile that sorts first bytewise. Pillow reads the number of parts from that part.
static segment earlier(segment a, segment b) {
  if (a.bytes == NULL) return b;
  const int order = memcmp(a.bytes, b.bytes, a.length < b.length ? a.length : b.length);
  return order < 0 || (order == 0 && a.length <= b.length) ? a : b;
}

const char *jpeg_refusal(const uint8_t *bytes, size_t count, ic_status *status) {
  static const char broken[] = "a segment of its header is broken", *const incomplete = "the header is incomplete";
  segment profile = {0};
  bool has_frame = false;
  uint8_t byte = 0xFF;
  *status = IC_CORRUPT;
  for (size_t at = 3; at < count;) {
    if (byte != 0xFF) {
      byte = bytes[at++];
      continue;
    }
    const uint8_t marker = bytes[at++];
    if (marker == 0xFF) continue;
    if (marker != 0 && marker < 0xC0) return "its header has a marker that is none";
    const bool has_segment =
        marker >= 0xC0 && marker != 0xC8 && !(marker >= 0xD0 && marker <= 0xD9) && !(marker >= 0xF0 && marker <= 0xFD);
    if (has_segment) {
      if (count - at < 2) {
        *status = IC_TRUNCATED;
        return incomplete;
      }
      const size_t length = (size_t)bytes[at] << 8 | bytes[at + 1];
      at += 2;
      const segment s = {bytes + at, length < 2 ? 0 : length - 2};
      if (count - at < s.length) {
        *status = IC_TRUNCATED;
        return incomplete;
      }
      at += s.length;
      const bool is_frame = (marker < 0xD0 && marker != 0xC4 && marker != 0xCC) || marker == 0xDE;
      if (is_frame) {
        const char *refusal = frame_refusal(s, status);
        if (refusal != NULL) return refusal;
        *status = IC_CORRUPT;
        if (profile.bytes != NULL && profile.length < 14) return broken;
        profile = (segment){0};
        has_frame = true;
      } else if (marker == 0xDB) {
        if (!tables_are_sound(s)) return "a quantization table is incomplete";
      } else if (marker >= 0xE0 && marker <= 0xEF) {
        if (!application_is_sound(marker, s)) return broken;
        if (marker == 0xE2 && begins(s, "ICC_PROFILE", 12)) profile = earlier(profile, s);
      } else if (marker == 0xDA) {
        return has_frame ? NULL : "it has no frame header";
      }
    }
    if (at >= count) break;
    byte = bytes[at++];
  }
  *status = IC_TRUNCATED;
  return incomplete;
}
