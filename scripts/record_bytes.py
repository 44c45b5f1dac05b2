#!/usr/bin/env python3
"""Records what the program writes, so that a rebuild of the code can be shown to change no byte.

    scripts/record_bytes.py record [--quick] [--images DIR] PROGRAM RECORD
    scripts/record_bytes.py compare RECORD RECORD

A record is a text file of lines 'case TAB what TAB value', sorted. A value is the SHA-256 of a file or of what a command
printed, an exit code, or the sentence of an error. Times, rates, dates, folders and the machine are replaced by names
before (byte_record/normal.py lists them all), so that two records of one program on one machine are the same. Records of
different machines, libraries or processors are not comparable. Exit code 1: a difference, or a command that did not end
as its case says.

Python 3.9 and its standard library; byte_record/ has the inputs and the cases. See docs/testing.md.
"""
import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from byte_record import failing, inputs, networks, pipeline
from byte_record.case import Case, Program


def plan(program, quick):
    """All cases as (name, function), the slow ones first."""
    cases = {}
    for part in (networks, pipeline, failing):
        cases.update(part.cases(program, quick))
    return list(cases.items())


def record(options):
    folder = options.keep or tempfile.mkdtemp(prefix="record-bytes-")
    os.makedirs(folder, exist_ok=True)
    folder = os.path.realpath(folder)
    program = Program(os.path.realpath(options.program), folder)
    shared = inputs.make(os.path.join(folder, "inputs"), options.images)
    cases = [(name, body) for name, body in plan(program, options.quick)
             if not options.only or re.search(options.only, name)]
    lines, problems = [], []
    start = time.monotonic()

    def run(named):
        name, body = named
        case = Case(name, program, os.path.join(folder, "cases", name.replace(" ", "_")), shared)
        began = time.monotonic()
        body(case)
        if not options.keep:
            shutil.rmtree(case.folder, ignore_errors=True)
        return case, time.monotonic() - began

    with ThreadPoolExecutor(options.jobs) as pool:
        for number, (case, seconds) in enumerate(pool.map(run, cases), 1):
            lines += case.lines
            problems += case.problems
            print(f"{number:4} of {len(cases)}  {seconds:6.1f} s  {case.name}", file=sys.stderr)
    if not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    with open(options.record, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in sorted(lines))
    for problem in problems:
        print(f"record_bytes: {problem}", file=sys.stderr)
    print(f"{len(lines)} lines of {len(cases)} cases in {time.monotonic() - start:.0f} s: {options.record}")
    return 1 if problems else 0


def read(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        rows = (line.rstrip("\n").split("\t", 2) for line in file)
        return {(case, what): value for case, what, value in rows}


def compare(options):
    """Names the first differences of each case."""
    old, new = read(options.old), read(options.new)
    differing = {}
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            differing.setdefault(key[0], []).append(key)
    for case, keys in differing.items():
        print(f"{case}: {len(keys)} differences")
        for key in keys[:3]:
            print(f"  {key[1]}\n    was {old.get(key, 'not there')}\n    is  {new.get(key, 'not there')}")
    total = sum(len(keys) for keys in differing.values())
    print(f"{total} of {len(old.keys() | new.keys())} lines differ, in {len(differing)} cases")
    return 1 if total else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("record", help="run the program and write a record")
    one.add_argument("program", help="the program, .build/release/activation-dump say")
    one.add_argument("record", help="the file to write")
    one.add_argument("--quick", action="store_true", help="each kind with the smallest network, each network once")
    one.add_argument("--images", help="a folder of photographs, which are recorded as well")
    one.add_argument("--only", metavar="REGEX", help="only cases whose name matches")
    one.add_argument("--jobs", type=int, default=os.cpu_count(), help="cases at once (default: the processors)")
    one.add_argument("--keep", metavar="DIR", help="work there and leave what was written, to look at a difference")
    one.set_defaults(run=record)
    two = commands.add_parser("compare", help="name the first differences of each case")
    two.add_argument("old")
    two.add_argument("new")
    two.set_defaults(run=compare)
    options = parser.parse_args()
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
