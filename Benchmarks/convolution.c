// Times dense convolution at the shapes of the networks' layers, next to two things measured between its runs so that
// other load falls on all three: one core's multiply-add rate from registers, and OpenBLAS (with this processor's core
// type) multiplying matrices of the same sizes, to which it needs no windows copied. Upper quartiles over the rounds,
// in processor time of one thread; the total weighs layers by their number in the network.
//
//     clang -O2 -std=gnu17 -ISources/CKernels/include $(pkg-config --cflags openblas) Benchmarks/convolution.c \
//       -ISources/CKernels Sources/CKernels/*/*.c -lm $(pkg-config --libs openblas) -o .build/convolution-benchmark
//     .build/convolution-benchmark [TIER [IMAGES [PART OF A NAME [ROUNDS]]]]
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ckernels.h"

typedef struct {
  const char *network, *name;
  int height, width, in, out, kernel, stride, padding;
  int count;  // layers of this shape in the network
} layer;

static const layer layers[] = {
    {"resnet50", "conv1", 224, 224, 3, 64, 7, 2, 3, 1},
    {"resnet50", "layer1.0.conv1", 56, 56, 64, 64, 1, 1, 0, 1},
    {"resnet50", "layer1.1.conv1", 56, 56, 256, 64, 1, 1, 0, 2},
    {"resnet50", "layer1.0.conv2", 56, 56, 64, 64, 3, 1, 1, 3},
    {"resnet50", "layer1.0.conv3", 56, 56, 64, 256, 1, 1, 0, 4},
    {"resnet50", "layer2.0.conv1", 56, 56, 256, 128, 1, 1, 0, 1},
    {"resnet50", "layer2.0.conv2", 56, 56, 128, 128, 3, 2, 1, 1},
    {"resnet50", "layer2.0.downsample", 56, 56, 256, 512, 1, 2, 0, 1},
    {"resnet50", "layer2.1.conv1", 28, 28, 512, 128, 1, 1, 0, 3},
    {"resnet50", "layer2.1.conv2", 28, 28, 128, 128, 3, 1, 1, 3},
    {"resnet50", "layer2.0.conv3", 28, 28, 128, 512, 1, 1, 0, 4},
    {"resnet50", "layer3.0.conv1", 28, 28, 512, 256, 1, 1, 0, 1},
    {"resnet50", "layer3.0.conv2", 28, 28, 256, 256, 3, 2, 1, 1},
    {"resnet50", "layer3.0.downsample", 28, 28, 512, 1024, 1, 2, 0, 1},
    {"resnet50", "layer3.1.conv1", 14, 14, 1024, 256, 1, 1, 0, 5},
    {"resnet50", "layer3.1.conv2", 14, 14, 256, 256, 3, 1, 1, 5},
    {"resnet50", "layer3.0.conv3", 14, 14, 256, 1024, 1, 1, 0, 6},
    {"resnet50", "layer4.0.conv1", 14, 14, 1024, 512, 1, 1, 0, 1},
    {"resnet50", "layer4.0.conv2", 14, 14, 512, 512, 3, 2, 1, 1},
    {"resnet50", "layer4.0.downsample", 14, 14, 1024, 2048, 1, 2, 0, 1},
    {"resnet50", "layer4.1.conv1", 7, 7, 2048, 512, 1, 1, 0, 2},
    {"resnet50", "layer4.1.conv2", 7, 7, 512, 512, 3, 1, 1, 2},
    {"resnet50", "layer4.0.conv3", 7, 7, 512, 2048, 1, 1, 0, 3},
    {"resnet50", "fc", 1, 1, 2048, 1000, 1, 1, 0, 1},
    {"vit_b32", "conv_proj", 224, 224, 3, 768, 32, 32, 0, 1},
    {"vit_b32", "in_proj", 50, 1, 768, 2304, 1, 1, 0, 12},
    {"vit_b32", "out_proj", 50, 1, 768, 768, 1, 1, 0, 12},
    {"vit_b32", "c_fc", 50, 1, 768, 3072, 1, 1, 0, 12},
    {"vit_b32", "c_proj", 50, 1, 3072, 768, 1, 1, 0, 12},
    {"convnext_b", "features.0.0", 224, 224, 3, 128, 4, 4, 0, 1},
    {"convnext_b", "stage 1 fc1", 56, 56, 128, 512, 1, 1, 0, 3},
    {"convnext_b", "stage 1 fc2", 56, 56, 512, 128, 1, 1, 0, 3},
    {"convnext_b", "downsample 1", 56, 56, 128, 256, 2, 2, 0, 1},
    {"convnext_b", "stage 2 fc1", 28, 28, 256, 1024, 1, 1, 0, 3},
    {"convnext_b", "stage 2 fc2", 28, 28, 1024, 256, 1, 1, 0, 3},
    {"convnext_b", "downsample 2", 28, 28, 256, 512, 2, 2, 0, 1},
    {"convnext_b", "stage 3 fc1", 14, 14, 512, 2048, 1, 1, 0, 27},
    {"convnext_b", "stage 3 fc2", 14, 14, 2048, 512, 1, 1, 0, 27},
    {"convnext_b", "downsample 3", 14, 14, 512, 1024, 2, 2, 0, 1},
    {"convnext_b", "stage 4 fc1", 7, 7, 1024, 4096, 1, 1, 0, 3},
    {"convnext_b", "stage 4 fc2", 7, 7, 4096, 1024, 1, 1, 0, 3},
    {"googlenet", "conv1", 224, 224, 3, 64, 7, 2, 3, 1},
    {"googlenet", "conv2", 56, 56, 64, 64, 1, 1, 0, 1},
    {"googlenet", "conv3", 56, 56, 64, 192, 3, 1, 1, 1},
    {"googlenet", "3a 1x1", 28, 28, 192, 64, 1, 1, 0, 1},
    {"googlenet", "3a 3x3 reduce", 28, 28, 192, 96, 1, 1, 0, 1},
    {"googlenet", "3a 3x3", 28, 28, 96, 128, 3, 1, 1, 1},
    {"googlenet", "3a 5x5 reduce", 28, 28, 192, 16, 1, 1, 0, 1},
    {"googlenet", "3a 5x5", 28, 28, 16, 32, 5, 1, 2, 1},
    {"googlenet", "3a pool 1x1", 28, 28, 192, 32, 1, 1, 0, 1},
    {"googlenet", "3b 1x1", 28, 28, 256, 128, 1, 1, 0, 1},
    {"googlenet", "3b 3x3 reduce", 28, 28, 256, 128, 1, 1, 0, 1},
    {"googlenet", "3b 3x3", 28, 28, 128, 192, 3, 1, 1, 1},
    {"googlenet", "3b 5x5 reduce", 28, 28, 256, 32, 1, 1, 0, 1},
    {"googlenet", "3b 5x5", 28, 28, 32, 96, 5, 1, 2, 1},
    {"googlenet", "3b pool 1x1", 28, 28, 256, 64, 1, 1, 0, 1},
    {"googlenet", "4a 1x1", 14, 14, 480, 192, 1, 1, 0, 1},
    {"googlenet", "4a 3x3 reduce", 14, 14, 480, 96, 1, 1, 0, 1},
    {"googlenet", "4a 3x3", 14, 14, 96, 208, 3, 1, 1, 1},
    {"googlenet", "4a 5x5 reduce", 14, 14, 480, 16, 1, 1, 0, 1},
    {"googlenet", "4a 5x5", 14, 14, 16, 48, 5, 1, 2, 1},
    {"googlenet", "4a pool 1x1", 14, 14, 480, 64, 1, 1, 0, 1},
    {"googlenet", "4b 1x1", 14, 14, 508, 160, 1, 1, 0, 1},
    {"googlenet", "4b 3x3 reduce", 14, 14, 508, 112, 1, 1, 0, 1},
    {"googlenet", "4b 3x3", 14, 14, 112, 224, 3, 1, 1, 1},
    {"googlenet", "4b 5x5 reduce", 14, 14, 508, 24, 1, 1, 0, 1},
    {"googlenet", "4b 5x5", 14, 14, 24, 64, 5, 1, 2, 1},
    {"googlenet", "4b pool 1x1", 14, 14, 508, 64, 1, 1, 0, 1},
    {"googlenet", "4c 1x1", 14, 14, 512, 128, 1, 1, 0, 1},
    {"googlenet", "4c 3x3 reduce", 14, 14, 512, 128, 1, 1, 0, 1},
    {"googlenet", "4c 3x3", 14, 14, 128, 256, 3, 1, 1, 1},
    {"googlenet", "4c 5x5 reduce", 14, 14, 512, 24, 1, 1, 0, 1},
    {"googlenet", "4c 5x5", 14, 14, 24, 64, 5, 1, 2, 1},
    {"googlenet", "4c pool 1x1", 14, 14, 512, 64, 1, 1, 0, 1},
    {"googlenet", "4d 1x1", 14, 14, 512, 112, 1, 1, 0, 1},
    {"googlenet", "4d 3x3 reduce", 14, 14, 512, 144, 1, 1, 0, 1},
    {"googlenet", "4d 3x3", 14, 14, 144, 288, 3, 1, 1, 1},
    {"googlenet", "4d 5x5 reduce", 14, 14, 512, 32, 1, 1, 0, 1},
    {"googlenet", "4d 5x5", 14, 14, 32, 64, 5, 1, 2, 1},
    {"googlenet", "4d pool 1x1", 14, 14, 512, 64, 1, 1, 0, 1},
    {"googlenet", "4e 1x1", 14, 14, 528, 256, 1, 1, 0, 1},
    {"googlenet", "4e 3x3 reduce", 14, 14, 528, 160, 1, 1, 0, 1},
    {"googlenet", "4e 3x3", 14, 14, 160, 320, 3, 1, 1, 1},
    {"googlenet", "4e 5x5 reduce", 14, 14, 528, 32, 1, 1, 0, 1},
    {"googlenet", "4e 5x5", 14, 14, 32, 128, 5, 1, 2, 1},
    {"googlenet", "4e pool 1x1", 14, 14, 528, 128, 1, 1, 0, 1},
    {"googlenet", "5a 1x1", 7, 7, 832, 256, 1, 1, 0, 1},
    {"googlenet", "5a 3x3 reduce", 7, 7, 832, 160, 1, 1, 0, 1},
    {"googlenet", "5a 3x3", 7, 7, 160, 320, 3, 1, 1, 1},
    {"googlenet", "5a 5x5 reduce", 7, 7, 832, 48, 1, 1, 0, 1},
    {"googlenet", "5a 5x5", 7, 7, 48, 128, 5, 1, 2, 1},
    {"googlenet", "5a pool 1x1", 7, 7, 832, 128, 1, 1, 0, 1},
    {"googlenet", "5b 1x1", 7, 7, 832, 384, 1, 1, 0, 1},
    {"googlenet", "5b 3x3 reduce", 7, 7, 832, 192, 1, 1, 0, 1},
    {"googlenet", "5b 3x3", 7, 7, 192, 384, 3, 1, 1, 1},
    {"googlenet", "5b 5x5 reduce", 7, 7, 832, 48, 1, 1, 0, 1},
    {"googlenet", "5b 5x5", 7, 7, 48, 128, 5, 1, 2, 1},
    {"googlenet", "5b pool 1x1", 7, 7, 832, 128, 1, 1, 0, 1},
    {"squeezenet1_1", "features.0", 224, 224, 3, 64, 3, 2, 0, 1},
    {"squeezenet1_1", "features.3.squeeze", 55, 55, 64, 16, 1, 1, 0, 1},
    {"squeezenet1_1", "features.3.expand1x1", 55, 55, 16, 64, 1, 1, 0, 1},
    {"squeezenet1_1", "features.3.expand3x3", 55, 55, 16, 64, 3, 1, 1, 1},
    {"squeezenet1_1", "features.4.squeeze", 55, 55, 128, 16, 1, 1, 0, 1},
    {"squeezenet1_1", "features.4.expand1x1", 55, 55, 16, 64, 1, 1, 0, 1},
    {"squeezenet1_1", "features.4.expand3x3", 55, 55, 16, 64, 3, 1, 1, 1},
    {"squeezenet1_1", "features.6.squeeze", 27, 27, 128, 32, 1, 1, 0, 1},
    {"squeezenet1_1", "features.6.expand1x1", 27, 27, 32, 128, 1, 1, 0, 1},
    {"squeezenet1_1", "features.6.expand3x3", 27, 27, 32, 128, 3, 1, 1, 1},
    {"squeezenet1_1", "features.7.squeeze", 27, 27, 256, 32, 1, 1, 0, 1},
    {"squeezenet1_1", "features.7.expand1x1", 27, 27, 32, 128, 1, 1, 0, 1},
    {"squeezenet1_1", "features.7.expand3x3", 27, 27, 32, 128, 3, 1, 1, 1},
    {"squeezenet1_1", "features.9.squeeze", 13, 13, 256, 48, 1, 1, 0, 1},
    {"squeezenet1_1", "features.9.expand1x1", 13, 13, 48, 192, 1, 1, 0, 1},
    {"squeezenet1_1", "features.9.expand3x3", 13, 13, 48, 192, 3, 1, 1, 1},
    {"squeezenet1_1", "features.10.squeeze", 13, 13, 384, 48, 1, 1, 0, 1},
    {"squeezenet1_1", "features.10.expand1x1", 13, 13, 48, 192, 1, 1, 0, 1},
    {"squeezenet1_1", "features.10.expand3x3", 13, 13, 48, 192, 3, 1, 1, 1},
    {"squeezenet1_1", "features.11.squeeze", 13, 13, 384, 64, 1, 1, 0, 1},
    {"squeezenet1_1", "features.11.expand1x1", 13, 13, 64, 256, 1, 1, 0, 1},
    {"squeezenet1_1", "features.11.expand3x3", 13, 13, 64, 256, 3, 1, 1, 1},
    {"squeezenet1_1", "features.12.squeeze", 13, 13, 512, 64, 1, 1, 0, 1},
    {"squeezenet1_1", "features.12.expand1x1", 13, 13, 64, 256, 1, 1, 0, 1},
    {"squeezenet1_1", "features.12.expand3x3", 13, 13, 64, 256, 3, 1, 1, 1},
    {"squeezenet1_1", "classifier.1", 13, 13, 512, 1000, 1, 1, 0, 1},
    {"densenet_201", "denseblock1 conv1", 56, 56, 160, 128, 1, 1, 0, 6},
    {"densenet_201", "denseblock1 conv2", 56, 56, 128, 32, 3, 1, 1, 6},
    {"densenet_201", "transition1", 56, 56, 256, 128, 1, 1, 0, 1},
    {"densenet_201", "denseblock2 conv1", 28, 28, 320, 128, 1, 1, 0, 12},
    {"densenet_201", "denseblock2 conv2", 28, 28, 128, 32, 3, 1, 1, 12},
    {"densenet_201", "transition2", 28, 28, 512, 256, 1, 1, 0, 1},
    {"densenet_201", "denseblock3 conv1", 14, 14, 1024, 128, 1, 1, 0, 48},
    {"densenet_201", "denseblock3 conv2", 14, 14, 128, 32, 3, 1, 1, 48},
    {"densenet_201", "transition3", 14, 14, 1792, 896, 1, 1, 0, 1},
    {"densenet_201", "denseblock4 conv1", 7, 7, 1408, 128, 1, 1, 0, 32},
    {"densenet_201", "denseblock4 conv2", 7, 7, 128, 32, 3, 1, 1, 32},
};

enum { most_rounds = 1000 };

typedef struct {
  double samples[most_rounds];
} rates;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static float *floats(size_t count) {
  float *p = aligned_alloc(64, (count * sizeof *p + 63) / 64 * 64);
  if (!p) exit(1);
  for (size_t i = 0; i < count; i++) p[i] = (float)(i * 2654435761u >> 8 & 0xffff) / 32768 - 1;
  return p;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double upper_quartile(rates *r, int rounds) {
  qsort(r->samples, rounds, sizeof(double), ascending);
  return r->samples[rounds * 3 / 4];
}

// Repeats a statement for a millisecond and evaluates to GFLOP/s.
#define RATE(flops, statement)      \
  ({                                \
    const double start = seconds(); \
    double done = 0, now;           \
    do {                            \
      statement;                    \
      done += (flops);              \
      now = seconds();              \
    } while (now - start < 1e-3);   \
    done / (now - start) * 1e-9;    \
  })

static void measure(const ck_kernels *kernels, const layer *l, int images, int rounds, double time[3]) {
  ck_convolution c = {.window = {.in_height = l->height,
                                 .in_width = l->width,
                                 .out_height = (l->height + 2 * l->padding - l->kernel) / l->stride + 1,
                                 .kernel_height = l->kernel,
                                 .kernel_width = l->kernel,
                                 .stride_y = l->stride,
                                 .stride_x = l->stride,
                                 .pad_top = l->padding,
                                 .pad_left = l->padding},
                      .in_channels = l->in,
                      .out_channels = l->out};
  c.window.out_width = l->width == 1 ? 1 : (l->width + 2 * l->padding - l->kernel) / l->stride + 1;
  const size_t positions = (size_t)c.window.out_height * c.window.out_width;
  const size_t depth = (size_t)l->kernel * l->kernel * l->in;
  const size_t in_size = (size_t)l->height * l->width * l->in, out_size = positions * l->out;
  // A linear layer of a batch is one product; a convolution is one for each image.
  const int together = l->kernel == 1 ? images : 1;
  float *in = floats(images * in_size), *out = floats(images * out_size), *weight = floats(depth * l->out);
  float *windows = floats(together * positions * depth), *product = floats(together * out_size);
  float *packed = floats(kernels->conv_packed_size(&c)), *scratch = floats(kernels->conv_scratch(&c));
  double *sums = malloc((size_t)images * l->out * sizeof *sums);
  const ck_epilogue e = {.shift = weight, .activation = CK_RELU, .sums = {.pre_activation = sums, .stride = l->out}};
  kernels->conv_pack(&c, weight, packed);
  static rates peak, ours, blas;
  const double flops = 2.0 * positions * depth * l->out;
  for (int round = 0; round < rounds; round++) {
    double operations = 0;
    const double start = seconds();
    operations = kernels->peak_fma(20000);
    peak.samples[round] = operations / (seconds() - start) * 1e-9;
    ours.samples[round] = RATE(flops * images, kernels->conv(&c, images, (ck_input){in, l->in, in_size}, packed, &e,
                                                             (ck_view){out, l->out, out_size}, scratch));
    blas.samples[round] = RATE(
        flops * together, cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)(together * positions), l->out,
                                      (int)depth, 1, windows, (int)depth, weight, l->out, 0, product, l->out));
  }
  const double p = upper_quartile(&peak, rounds), o = upper_quartile(&ours, rounds), b = upper_quartile(&blas, rounds);
  printf("%-13s %-22s %3dx%-3d %4d -> %-4d k%-2d s%-2d %7.1f %6.1f %% %7.1f %6.2f\n", l->network, l->name, l->height,
         l->width, l->in, l->out, l->kernel, l->stride, o, 100 * o / p, b, o / b);
  fflush(stdout);
  time[0] += flops * l->count / p;
  time[1] += flops * l->count / o;
  time[2] += flops * l->count / b;
  free(in), free(out), free(weight), free(windows), free(product), free(packed), free(scratch), free(sums);
}

static void print_total(const char *network, const double time[3]) {
  if (time[1] > 0)
    printf("%-13s %-22s %40.1f %% %7s %6.2f\n\n", network, "all", 100 * time[0] / time[1], "", time[2] / time[1]);
}

int main(int count, char **arguments) {
  size_t tiers;
  const ck_kernels *const *tables = ck_tiers(&tiers), *kernels = NULL;
  for (size_t i = 0; i < tiers; i++)
    if (tables[i]->supported() && (count < 2 || strcmp(arguments[1], tables[i]->name) == 0)) kernels = tables[i];
  const int images = count > 2 ? atoi(arguments[2]) : 4, rounds = count > 4 ? atoi(arguments[4]) : 41;
  if (!kernels || images < 1 || rounds < 1 || rounds > most_rounds) {
    fprintf(stderr, "usage: %s [TIER [IMAGES [PART OF A NAME [ROUNDS]]]]\n", arguments[0]);
    return 64;
  }
  printf("%s, %d images, OpenBLAS as %s\n", kernels->name, images, ck_blas_prepare());
  printf("%-13s %-51s GFLOP/s of peak   sgemm  ratio\n", "network", "layer");
  double time[3] = {0};
  for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
    if (i > 0 && strcmp(layers[i].network, layers[i - 1].network) != 0) {
      print_total(layers[i - 1].network, time);
      memset(time, 0, sizeof time);
    }
    if (count > 3 && !strstr(layers[i].name, arguments[3]) && !strstr(layers[i].network, arguments[3])) continue;
    measure(kernels, &layers[i], images, rounds, time);
  }
  print_total(layers[sizeof layers / sizeof layers[0] - 1].network, time);
}
