"""Makes a table, a plot and the README's section of what compare.py measured.

    python Benchmarks/render.py docs/speed.json --plot docs/speed.svg --readme README.md

Only the standard library is needed.
"""
import argparse
import json
import pathlib
import statistics
from xml.sax.saxutils import escape

OURS = "ActivationDump"
FP32_PEERS = ["PyTorch", "ONNX Runtime", "OpenVINO"]
BEGIN, END = "<!-- speed -->", "<!-- /speed -->"


def ratio(rates, peers):
    """Ours over the fastest peer, round by round, since each round met the machine as it was: the median."""
    rounds = zip(rates[OURS], *(rates[peer] for peer in peers))
    return statistics.median(ours / max(others) for ours, *others in rounds)


def cell(rates):
    digits = 0 if statistics.median(rates) >= 100 else 1
    return f"{statistics.median(rates):.{digits}f} ({min(rates):.{digits}f}–{max(rates):.{digits}f})"


def table(results):
    lines = []
    for workload, title in (("plain", "Forward pass"), ("taps", "Every relevant unit recorded")):
        networks = {name: network[workload] for name, network in results["networks"].items() if workload in network}
        names = list(dict.fromkeys(name for network in networks.values() for name in network["images_per_second"]))
        last = " | cost of recording" if workload == "taps" else ""
        lines += [f"| {title} | " + " | ".join(names) + f" | over the fastest fp32 peer{last} |"]
        lines += ["|---|" + "--:|" * (len(names) + 1 + (workload == "taps"))]
        for name, network in networks.items():
            rates = network["images_per_second"]
            peers = [peer for peer in FP32_PEERS if peer in rates]
            cells = [cell(rates[n]) if n in rates else "" for n in names]
            cells.append(f"**{ratio(rates, peers):.2f}**")
            if workload == "taps":
                cells.append(f"{100 * statistics.median(network['recording_cost']):.1f} %")
            lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def conditions(results):
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    tiers = sorted({network[w]["tier"] for network in results["networks"].values() for w in network})
    rounds = max(len(next(iter(network[w]["images_per_second"].values())))
                 for network in results["networks"].values() for w in network)
    return (f"{results['processor']}, {results['threads']} threads, batch {results['batch_size']}, kernels"
            f" {', '.join(tiers)}; {versions}; median (lowest–highest) images a second of {rounds} interleaved rounds.")


# --- Plot ----------------------------------------------------------------------------------------------------------

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 14px; font-weight: 600 } .small { font-size: 11px; fill: #59636e }
.axis { stroke: #d1d9e0; stroke-width: 1 } .one { stroke: #59636e; stroke-width: 1; stroke-dasharray: 3 3 }
.ours { fill: #0969da } .PyTorch { fill: #bf8700 } .ONNX { fill: #8250df } .OpenVINO { fill: #1a7f37 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .axis { stroke: #3d444d } .one { stroke: #9198a1 }
  .ours { fill: #4493f8 } .PyTorch { fill: #d29922 } .ONNX { fill: #ab7df8 } .OpenVINO { fill: #3fb950 }
}
"""


def plot(results):
    """Bars: each engine's rate over PyTorch's, network by network; one panel a workload."""
    engines = [OURS] + FP32_PEERS
    rows = list(results["networks"])
    left, width, gap, bar = 130, 330, 60, 8
    group = bar * len(engines) + 12
    height = 96 + group * len(rows)
    top = 62
    panels = [("plain", "Forward pass"), ("taps", "Every relevant unit recorded")]

    def relative(network, workload, engine):
        rates = network.get(workload, {}).get("images_per_second", {})
        if engine not in rates or "PyTorch" not in rates:
            return None
        return statistics.median(a / b for a, b in zip(rates[engine], rates["PyTorch"]))

    values = [v for network in results["networks"].values() for w, _ in panels for e in engines
              if (v := relative(network, w, e))]
    most = max(values)
    step = next(s for s in (0.5, 1, 2, 5, 10, 20) if most / s <= 8)
    total = left + 2 * width + gap + 20
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" role="img"'
           f' aria-label="Images a second of each engine over those of PyTorch">', f"<style>{STYLE}</style>"]
    out.append(f'<text class="small" x="{left}" y="16">{escape(results["processor"])},'
               f' {results["threads"]} threads, fp32: images a second, PyTorch = 1</text>')
    for index, (workload, title) in enumerate(panels):
        x0 = left + index * (width + gap)
        scale = width / (most * 1.08)
        out.append(f'<text class="title" x="{x0}" y="38">{title}</text>')
        mark = 0.0
        while mark <= most * 1.08:
            x = x0 + mark * scale
            out.append(f'<line class="{"one" if mark == 1 else "axis"}" x1="{x:.1f}" y1="{top - 8}" x2="{x:.1f}"'
                       f' y2="{height - 30}"/>')
            out.append(f'<text class="small" text-anchor="middle" x="{x:.1f}" y="{top - 12}">{mark:g}</text>')
            mark += step
        for row, name in enumerate(rows):
            y = top + row * group
            if index == 0:
                out.append(f'<text text-anchor="end" x="{left - 8}" y="{y + group / 2}">{name}</text>')
            for place, engine in enumerate(engines):
                value = relative(results["networks"][name], workload, engine)
                if value is None:
                    continue
                style = "ours" if engine == OURS else engine.split()[0]
                out.append(f'<rect class="{style}" x="{x0}" y="{y + place * bar}" width="{value * scale:.1f}"'
                           f' height="{bar - 1}"><title>{name}, {engine}: {value:.2f}</title></rect>')
    x = left
    for engine in engines:
        style = "ours" if engine == OURS else engine.split()[0]
        out.append(f'<rect class="{style}" x="{x}" y="{height - 18}" width="10" height="10"/>')
        out.append(f'<text x="{x + 15}" y="{height - 9}">{engine}</text>')
        x += 40 + 7 * len(engine)
    return "\n".join(out + ["</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--plot", type=pathlib.Path, help="SVG file to write")
    parser.add_argument("--readme", type=pathlib.Path, help=f"Markdown whose part between {BEGIN} and {END} to replace")
    options = parser.parse_args()
    results = json.loads(options.results.read_text())
    text = f"{conditions(results)}\n\n{table(results)}"
    print(text)
    if options.plot:
        options.plot.write_text(plot(results))
    if options.readme:
        document = options.readme.read_text()
        before, rest = document.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        options.readme.write_text(f"{before}{BEGIN}\n{text}{END}{after}")


if __name__ == "__main__":
    main()
