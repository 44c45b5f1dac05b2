// The tile instructions of AMX, and what they compute on a processor without them.
//
// Eight tiles, each of 16 rows of 64 bytes. An accumulator is 16 x 16 floats; a left operand is 16 positions x 32 bf16;
// a right operand is 16 pairs along K x 16 channels x 2 bf16. Tile numbers are constants: they are in the instructions.
//
// tile_multiply(c, a, b), TDPBF16PS, as Intel defines it (Software Developer's Manual, volume 2): for each output, the
// products of the even and of the odd elements of K are accumulated apart, each from zero in ascending order by
// multiply-adds of one rounding; their sum is rounded, then added to the accumulator. Rounding is to nearest even,
// denormal operands count as zero and denormal results become zero, whatever MXCSR says.
//
// tile_bf16(high, low), VCVTNE2PS2BF16: rounds 32 floats to nearest even; denormals become zero, a NaN stays one.
//
// CK_TILES names the file that has them: the instructions, or what computes the same.
#ifndef CK_AMX_AMX_TILES_H
#define CK_AMX_AMX_TILES_H

#ifndef CK_TILES
#define CK_TILES "amx/tiles_emulated.h"
#endif
#include CK_TILES

#endif
