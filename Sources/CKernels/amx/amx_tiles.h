// The tile instructions of AMX and their semantics.
//
// There are eight tiles, each of 16 rows of 64 bytes. An accumulator is 16 x 16 floats. A left operand is 16 positions
// x 32 bf16. A right operand is 16 pairs along K x 16 channels x 2 bf16. Tile numbers must be constants, because the
// instructions encode them.
//
// tile_multiply(c, a, b) is TDPBF16PS, as Intel defines it (Software Developer's Manual, volume 2). For each output,
// the products of the even and of the odd elements of K are accumulated separately, each from zero in ascending order
// by multiply-adds with one rounding. The two sums are added, rounded, and added to the accumulator. Rounding is to
// nearest even; denormal operands count as zero and denormal results become zero, independently of MXCSR.
//
// tile_bf16(high, low) is VCVTNE2PS2BF16: it rounds 32 floats to nearest even; denormals become zero, and NaN remains
// NaN.
//
// CK_TILES is the header that implements them, by the instructions or by emulation.
#ifndef CK_AMX_AMX_TILES_H
#define CK_AMX_AMX_TILES_H

#ifndef CK_TILES
#define CK_TILES "amx/tiles_emulated.h"
#endif
#include CK_TILES

#endif
