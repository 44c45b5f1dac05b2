"""Names in the place of what differs from run to run: everything else has to stay."""
import re
import socket

# Numbers of JSON documents, by key.
MEASURED = {
    "TIME": ["seconds", "eta_seconds", "decode", "forward", "preprocess", "write", "thumbnail_seconds", "unit_seconds",
             "ms", "latency_ms", "choosing", "writing"],
    "RATE": ["images_per_second", "median", "best", "worst", "gflops", "gbs", "fma_gflops", "amx_gflops",
             "bandwidth_gbs", "fraction_of_peak", "fraction_of_roofline", "recording_cost", "layer_coverage"],
    "MEMORY": ["peak_resident_bytes", "memory_limit_bytes"],
    "DATE": ["started", "ended"],
}
NAME_OF_KEY = {key: name for name, keys in MEASURED.items() for key in keys}
JSON_NUMBER = re.compile(r'"(%s)" : (-?[0-9][0-9.eE+-]*|"[^"]*"|null)' % "|".join(NAME_OF_KEY))
JSON_RUNS = re.compile(r'"runs" : \[[^\]]*\]')
# A dry run tries images for two seconds: how many is a rate.
JSON_PROBE = re.compile(r'("probe" : \{\s*"images" : )[0-9]+')
JSON_HOST = re.compile(r'"(name|processor|system)" : "[^"]*"')
JSON_HOST_BLOCK = re.compile(r'"host" : \{[^}]*\}')

TEXT = [
    # Who holds a folder.
    (re.compile(r"process [0-9]+ on %s" % re.escape(socket.gethostname())), "process PID on HOST"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "DATE"),
    (re.compile(r"\b[0-9][0-9.,]* images/s"), "RATE images/s"),
    (re.compile(r"\b[0-9][0-9.,]* s\b"), "TIME s"),
    (re.compile(r"peak memory +[0-9][0-9.,]* [kMG]?B"), "peak memory MEMORY"),
    (re.compile(r"this machine allows +[0-9][0-9.,]* [kMG]?B"), "this machine allows MEMORY"),
    (re.compile(r"images a second +[0-9.,]+"), "images a second RATE"),
    (re.compile(r"time, about +[0-9:]+"), "time, about TIME"),
    (re.compile(r"( on )%s \([^)\n]*\)" % re.escape(socket.gethostname())), r"\1HOST"),
]


def _host(match):
    return JSON_HOST.sub(r'"\1" : "HOST"', match.group())


def text(output, folders):
    """What was printed or written as text; `folders` are pairs of a path and its name."""
    for path, name in folders:
        output = output.replace(path, name)
    output = JSON_HOST_BLOCK.sub(_host, output)
    output = JSON_RUNS.sub('"runs" : RATES', output)
    output = JSON_PROBE.sub(r"\1RATE", output)
    output = JSON_NUMBER.sub(lambda found: '"%s" : %s' % (found[1], NAME_OF_KEY[found[1]]), output)
    for pattern, name in TEXT:
        output = pattern.sub(name, output)
    return output
