#!/usr/bin/env python3
"""Writes the manual page, activation-dump(1), from what the program says about itself.

    activation-dump --experimental-dump-help | scripts/dist/man_page.py VERSION > activation-dump.1
"""
import json
import re
import sys

ENVIRONMENT = [
    ("ACTIVATION_DUMP_WEIGHTS", "The folder of downloaded checkpoints."),
    ("XDG_DATA_HOME", "Without it: activation-dump/weights in this folder, or in ~/.local/share."),
    ("PATH", "Where weights fetch looks for the program curl."),
    ("https_proxy, http_proxy, no_proxy, CURL_CA_BUNDLE, SSL_CERT_FILE", "As curl takes them."),
    ("NO_COLOR", "Where it is set, nothing is coloured."),
]


def escape(text):
    """Text as roff takes it: no requests, no escapes, dashes that can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def paragraphs(text):
    """The paragraphs of a discussion, which the program wraps by itself."""
    return "\n.PP\n".join(escape(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip())


def heading(argument):
    """How an argument is given: its names in bold, its value in italics."""
    value = f"\\fI{escape(argument['valueName'])}\\fR"
    if argument["kind"] == "positional":
        return value
    names = []
    for name in argument["names"]:
        dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}[name["kind"]]
        names.append("\\fB" + escape(dashes + name["name"]) + "\\fR")
    return ", ".join(names) + (f" {value}" if argument["kind"] == "option" else "")


def entry(argument):
    """An argument with what it is for."""
    remarks = []
    if argument.get("allValues"):
        remarks.append("values: " + ", ".join(argument["allValues"]))
    if argument.get("defaultValue"):
        remarks.append("default: " + argument["defaultValue"])
    text = argument.get("abstract", "")
    if remarks:
        text += f" ({'; '.join(remarks)})"
    return f".TP\n{heading(argument)}\n{escape(text)}"


def synopsis(command, path):
    """The command line of a command."""
    words = [f"\\fB{escape(' '.join(path))}\\fR"]
    shown = [a for a in command.get("arguments", []) if a["shouldDisplay"] and a["valueName"] not in ("help", "version")]
    if any(a["kind"] != "positional" and a["isOptional"] for a in shown):
        words.append("[\\fIoptions\\fR]")
    for argument in shown:
        if argument["kind"] == "positional":
            word = heading(argument) + (" ..." if argument["isRepeating"] else "")
            words.append(f"[{word}]" if argument["isOptional"] else word)
        elif not argument["isOptional"]:
            words.append(heading(argument))
    return " ".join(words)


def leaves(command, path):
    """The commands that do something, depth first, with their names."""
    subcommands = [c for c in command.get("subcommands", []) if c["shouldDisplay"] and c["commandName"] != "help"]
    if not subcommands:
        yield command, path
    for subcommand in subcommands:
        yield from leaves(subcommand, path + [subcommand["commandName"]])


def section(command, path):
    """The part of the page that is about one command."""
    lines = [f".SS {escape(' '.join(path[1:]))}", synopsis(command, path), ".PP", escape(command["abstract"])]
    if command.get("discussion"):
        lines += [".PP", paragraphs(command["discussion"])]
    lines += [entry(a) for a in command.get("arguments", []) if a["shouldDisplay"] and a["valueName"] not in ("help", "version")]
    return "\n".join(lines)


def exit_codes(discussion):
    """The codes that the program lists: `Exit codes: 0 success; 64 …`."""
    listed = re.search(r"Exit codes: (.*?)\.(?:\n|$)", discussion, re.S)
    if not listed:
        sys.exit("man_page.py: the program does not list its exit codes")
    return [part.strip().split(" ", 1) for part in listed[1].split(";")]


def page(root, version):
    """The whole page."""
    name = root["commandName"]
    about = root["discussion"].split("Exit codes:")[0].strip()
    lines = [
        f'.TH ACTIVATION\\-DUMP 1 "" "{name} {version}" "User Commands"',
        f".SH NAME\n{escape(name)} \\- {escape(root['abstract'][0].lower() + root['abstract'][1:].rstrip('.'))}",
        f".SH SYNOPSIS\n\\fB{escape(name)}\\fR \\fIcommand\\fR [\\fIoptions\\fR]",
        f".SH DESCRIPTION\n{paragraphs(about)}",
        ".PP\nEvery command takes \\fB\\-\\-help\\fR; the program alone takes \\fB\\-\\-version\\fR.",
        ".SH COMMANDS",
    ]
    lines += [section(command, path) for command, path in leaves(root, [name])]
    lines.append(".SH EXIT STATUS")
    lines += [f".TP\n{code}\n{escape(meaning)}" for code, meaning in exit_codes(root["discussion"])]
    lines.append(".SH ENVIRONMENT")
    lines += [f".TP\n{escape(variable)}\n{escape(meaning)}" for variable, meaning in ENVIRONMENT]
    lines.append(".SH SEE ALSO\n\\fBcurl\\fR(1), \\fBsbatch\\fR(1)")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.write(page(json.load(sys.stdin)["command"], sys.argv[1]))
