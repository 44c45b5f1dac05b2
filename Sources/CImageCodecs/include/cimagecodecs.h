// Shims over libjpeg and libpng.
