"""Exact means and variances of float32 numbers, and samples of rows, by Python's fractions and integers.

    python generate.py > moments.json

Numbers are given by their bits. `float(Fraction)` is the double nearest to a fraction.
"""
import json
import random
import struct
from fractions import Fraction

GOLDEN, MASK = 0x9E3779B97F4A7C15, 2**64 - 1


def bits_of_double(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def value_of(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def bits_of(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def finite(generator):
    while True:
        bits = generator.getrandbits(32)
        if bits >> 23 & 0xFF != 0xFF:
            return bits


def case(name, bits):
    values = [Fraction(value_of(b)) for b in bits]
    mean = sum(values) / len(values)
    variance = sum(v * v for v in values) / len(values) - mean * mean
    return {"name": name, "bits": bits, "mean": bits_of_double(float(mean)), "variance": bits_of_double(float(variance))}


def splitmix(row):
    z = (row + 1) * GOLDEN & MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def main():
    generator = random.Random(1)
    largest, smallest = 0x7F7FFFFF, 1
    cases = [
        case("one", [bits_of(0.1)]),
        case("zeros of both signs", [0, 0x80000000, 0]),
        case("thirds", [bits_of(1), bits_of(0), bits_of(0)]),
        case("the largest", [largest] * 3),
        case("the largest cancel", [largest, smallest, largest | 0x80000000]),
        case("the smallest", [smallest, smallest, 0, smallest | 0x80000000, 2]),
        case("subnormal and normal", [0x007FFFFF, 0x00800000, 0x00800001]),
        case("far from zero", [bits_of(4096 + k / 4096) for k in range(7)]),
        case("negative", [bits_of(-generator.random()) for _ in range(33)]),
        case("activations", [bits_of(generator.gauss(0.4, 0.2)) for _ in range(100)]),
        case("any", [finite(generator) for _ in range(64)]),
        case("any, fewer", [finite(generator) for _ in range(5)]),
        case("small", [bits_of(generator.gauss(0, 1) * 2.0**generator.randrange(-150, -100)) for _ in range(40)]),
    ]
    samples = []
    for count, total in [(1, 1), (3, 10), (10, 10), (16, 1000), (5, 100_000)]:
        rows = sorted(sorted(range(total), key=splitmix)[:count])
        samples.append({"count": count, "total": total, "rows": rows})
    print(json.dumps({"moments": cases, "samples": samples}, separators=(",", ":")))


main()
