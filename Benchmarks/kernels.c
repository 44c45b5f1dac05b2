// Times every kernel but the dense convolution at the shapes the networks have, next to what one core of this machine
// can do: its multiply-add rate from registers and its memory bandwidth, measured between the runs of each kernel, so
// that other load falls on both. Medians, in processor time of one thread.
//
//     clang -O2 -std=gnu17 -ISources/CKernels/include $(pkg-config --cflags openblas) Benchmarks/kernels.c \
//       -ISources/CKernels Sources/CKernels/*/*.c -lm $(pkg-config --libs openblas) -o .build/kernels-benchmark
//     .build/kernels-benchmark [TIER [PART OF A NAME]]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ckernels.h"

enum { rounds = 31, buffer_floats = 4 << 20 };

/// What the benchmarked calls share.
static struct {
  const ck_kernels *kernels;
  ck_input in, second, third;
  ck_view out;
  float *triad;  // what the triad writes
  ck_window window;
  ck_epilogue epilogue;
  ck_sums sums;
  float *weight, *scratch;
  int positions, channels;
  int queries, keys, heads, head_size;
} run;
static const char *only_tier, *only_name;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static float *floats(size_t count) {
  float *p = aligned_alloc(64, (count * sizeof *p + 63) / 64 * 64);
  if (!p) exit(1);
  for (size_t i = 0; i < count; i++) p[i] = (float)(i * 2654435761u >> 8 & 0xffff) / 16384 - 2;
  return p;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double values[rounds]) {
  qsort(values, rounds, sizeof *values, ascending);
  return values[rounds / 2];
}

static void depthwise(void) {
  run.kernels->depthwise(&run.window, run.channels, 1, run.in, run.weight, run.channels, &run.epilogue, run.out);
}
static void map(void) { run.kernels->map(run.positions, run.channels, 1, run.in, &run.epilogue, run.out); }
static void layer_norm(void) {
  run.kernels->layer_norm(run.positions, run.channels, 1, run.in, run.weight, run.weight, 1e-6f, run.out, &run.sums);
}
static void max_pool(void) { run.kernels->max_pool(&run.window, run.channels, 1, run.in, run.out); }
static void average_pool(void) { run.kernels->average_pool(&run.window, run.channels, 1, run.in, run.out); }
static void local_response_norm(void) {
  run.kernels->local_response_norm(run.positions, run.channels, 1, run.in, 9, 9e-4f, 0.5f, 1, run.out);
}
static void softmax(void) { run.kernels->softmax(run.positions, run.channels, 1, run.in, run.out); }
static void attention(void) {
  run.kernels->attention(run.queries, run.keys, run.heads, run.head_size, 1, run.in, run.second, run.third, run.out,
                         run.scratch);
}
static void column_sums(void) {
  run.kernels->column_sums(run.positions, run.channels, 1, run.in, run.sums.output, run.channels);
}
static void column_maxima(void) {
  run.kernels->column_maxima(run.positions, run.channels, 1, run.in, run.scratch, run.channels);
}
static void transpose(void) {
  run.kernels->transpose(run.positions, run.channels, run.in.data, run.channels, run.out.data);
}

/// Prints one line: `operations` floating-point operations and `moved` bytes of operands a call.
static void report(const char *name, void (*call)(void), double operations, double moved) {
  if (only_name && !strstr(name, only_name)) return;
  call();
  int calls = 0;
  for (double start = seconds(); seconds() - start < 1e-3; calls++) call();
  double time[rounds], of_peak[rounds], of_bandwidth[rounds];
  for (int r = 0; r < rounds; r++) {
    double start = seconds();
    const double peak = run.kernels->peak_fma(100000) / (seconds() - start);
    start = seconds();
    const double bandwidth =
        ck_triad(run.triad, run.third.data, run.scratch, 0.5f, buffer_floats / 4) / (seconds() - start);
    call();  // what it works on is in the cache again, as after the layer before it
    start = seconds();
    for (int i = 0; i < calls; i++) call();
    time[r] = (seconds() - start) / calls;
    of_peak[r] = operations / time[r] / peak;
    of_bandwidth[r] = moved / time[r] / bandwidth;
  }
  const double t = median(time);
  printf("%-7s %-30s %9.1f us %7.1f GFLOP/s, %4.2f of peak %7.1f GB/s, %4.2f of triad\n", run.kernels->name, name,
         t * 1e6, operations / t * 1e-9, median(of_peak), moved / t * 1e-9, median(of_bandwidth));
}

/// Lets the next calls see maps of `positions` x `channels`.
static void shape(int positions, int channels) {
  run.positions = positions;
  run.channels = channels;
  run.in.position_stride = run.out.position_stride = channels;
  run.second.position_stride = run.third.position_stride = channels;
  run.sums.stride = channels;
}

static double map_size(void) { return (double)run.positions * run.channels; }

static void square_window(int in, int out, int kernel, int stride, int padding) {
  run.window = (ck_window){in, in, out, out, kernel, kernel, stride, stride, padding, padding};
}

static void benchmark(double *sums) {
  char name[64];
  const int stages[4][2] = {{56, 128}, {28, 256}, {14, 512}, {7, 1024}};
  for (int i = 0; i < 4; i++) {
    const int side = stages[i][0];
    shape(side * side, stages[i][1]);
    square_window(side, side, 7, 1, 3);
    run.epilogue = (ck_epilogue){.shift = run.weight, .sums = {.raw = sums, .stride = run.channels}};
    snprintf(name, sizeof name, "depthwise 7x7 %dx%dx%d", side, side, run.channels);
    report(name, depthwise, 98 * map_size(), 8 * map_size());
  }
  run.sums.output = sums;
  for (int i = 0; i < 5; i++) {
    if (i < 4) shape(stages[i][0] * stages[i][0], stages[i][1]);
    else shape(50, 768);
    snprintf(name, sizeof name, "layer_norm %dx%d", run.positions, run.channels);
    report(name, layer_norm, 8 * map_size(), 8 * map_size());
  }
  shape(196, 2048);
  run.epilogue = (ck_epilogue){.activation = CK_GELU};
  report("map gelu 196x2048", map, 40 * map_size(), 8 * map_size());
  run.epilogue.activation = CK_QUICK_GELU;
  report("map quick gelu 196x2048", map, 30 * map_size(), 8 * map_size());
  shape(3136, 256);
  run.epilogue = (ck_epilogue){.scale = run.weight, .shift = run.weight, .activation = CK_RELU};
  report("map bn relu 3136x256", map, 3 * map_size(), 8 * map_size());
  run.epilogue.sums = (ck_sums){sums, sums + 256, sums + 512, 256};
  report("map bn relu sums 3136x256", map, 6 * map_size(), 8 * map_size());
  report("column_sums 3136x256", column_sums, map_size(), 4 * map_size());
  report("column_maxima 3136x256", column_maxima, map_size(), 4 * map_size());
  report("transpose 3136x256", transpose, 0, 8 * map_size());
  shape(56 * 56, 64);
  square_window(112, 56, 3, 2, 1);
  report("max_pool 3x3/2 112x112x64", max_pool, 9 * map_size(), 20 * map_size());
  shape(28 * 28, 256);
  square_window(28, 28, 3, 1, 1);
  report("max_pool 3x3 28x28x256", max_pool, 9 * map_size(), 8 * map_size());
  square_window(56, 28, 2, 2, 0);
  report("average_pool 2x2/2 56x56x256", average_pool, 4 * map_size(), 20 * map_size());
  shape(1, 2048);
  square_window(7, 1, 7, 1, 0);
  report("average_pool 7x7x2048", average_pool, 49 * map_size(), 200 * map_size());
  shape(57 * 57, 64);
  report("lrn 57x57x64", local_response_norm, 20 * map_size(), 8 * map_size());
  shape(57 * 57, 192);
  report("lrn 57x57x192", local_response_norm, 20 * map_size(), 8 * map_size());
  shape(1, 1008);
  report("softmax 1008", softmax, 25 * map_size(), 8 * map_size());
  const int attentions[3][3] = {{50, 50, 12}, {1, 50, 32}, {197, 197, 12}};
  for (int i = 0; i < 3; i++) {
    run.queries = attentions[i][0], run.keys = attentions[i][1], run.heads = attentions[i][2], run.head_size = 64;
    shape(run.keys, run.heads * 64);
    snprintf(name, sizeof name, "attention %dx%dx%dx64", run.queries, run.keys, run.heads);
    report(name, attention, 4.0 * run.queries * map_size(), 4.0 * (2 * run.queries + 2 * run.keys) * run.channels);
  }
}

int main(int count, char **arguments) {
  if (count > 1) only_tier = arguments[1];
  if (count > 2) only_name = arguments[2];
  run.in.data = floats(buffer_floats);
  run.out.data = floats(buffer_floats);
  run.second.data = floats(buffer_floats);
  run.triad = floats(buffer_floats);
  run.third.data = floats(buffer_floats);
  run.weight = floats(1 << 20);
  run.scratch = floats(buffer_floats);
  double *const sums = calloc(1 << 14, sizeof *sums);
  if (!sums) return 1;
  size_t tiers;
  const ck_kernels *const *kernels = ck_tiers(&tiers);
  for (size_t i = 0; i < tiers; i++) {
    run.kernels = kernels[i];
    if (only_tier ? strcmp(only_tier, kernels[i]->name) != 0 : i == 0) continue;  // the oracle only when asked for
    if (kernels[i]->supported()) benchmark(sums);
  }
}
