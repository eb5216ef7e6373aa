"""Turns the argument parser's description of a tool (JSON on standard input) into mdoc(7) pages."""

import json
import os
import sys


def escaped(text):
    """Text that no macro is read from."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace(". ", ".\n")
    lines = []
    for line in text.splitlines():
        line = line.strip()
        lines.append("\\&" + line if line[:1] in (".", "'") else line)
    return "\n".join(line for line in lines if line)


def flags(argument):
    """Every spelling: -e, --expression."""
    return [
        ("-" if name["kind"] == "short" else "--") + name["name"]
        for name in argument.get("names", [])
    ]


def item(argument):
    """The entry of a flag, an option or a positional argument."""
    spellings = [".Fl " + escaped(flag[1:]) for flag in flags(argument)]
    value = argument.get("valueName", "value")
    if argument["kind"] == "positional":
        head = ".It Ar " + escaped(value)
    else:
        head = ".It " + " , ".join(spelling[1:] for spelling in spellings)
        if argument["kind"] == "option":
            head += " Ar " + escaped(value)
    lines = [head, escaped(argument.get("abstract", ""))]
    if "defaultValue" in argument:
        lines.append(".Pq default: " + escaped(argument["defaultValue"]))
    return [line for line in lines if line]


def page(command, path, children):
    """One page; `path` is the command with those above it."""
    name = "-".join(path)
    arguments = [a for a in command.get("arguments", []) if a.get("shouldDisplay", True)]
    lines = [".Dd $Mdocdate$", ".Dt " + name.upper() + " 1", ".Os", ".Sh NAME", ".Nm " + name]
    lines.append(".Nd " + escaped(command.get("abstract", name)).rstrip("."))
    lines += [".Sh SYNOPSIS", ".Nm " + path[0]]
    lines += [".Cm " + part for part in path[1:]]
    if children:
        lines.append(".Ar command")
    if any(a["kind"] != "positional" for a in arguments):
        lines.append(".Op Ar options")
    for argument in arguments:
        if argument["kind"] == "positional":
            words = "Ar " + escaped(argument.get("valueName", "value"))
            if argument.get("isRepeating"):
                words += " ..."
            lines.append((".Op " if argument.get("isOptional") else ".") + words)
    lines += [".Sh DESCRIPTION", escaped(command.get("abstract", ""))]
    if command.get("discussion"):
        lines += [".Pp", escaped(command["discussion"])]
    if arguments:
        lines.append(".Bl -tag -width Ds")
        for argument in arguments:
            lines += item(argument)
        lines.append(".El")
    if children:
        lines += [".Sh COMMANDS", ".Bl -tag -width Ds"]
        for child in children:
            lines += [".It Xr " + name + "-" + child["commandName"] + " 1"]
            lines.append(escaped(child.get("abstract", "")))
        lines.append(".El")
    else:
        lines += [".Sh SEE ALSO", ".Xr " + path[0] + " 1"]
    return "\n".join(lines) + "\n"


def write(command, above, target):
    """Writes the page of a command and of all below it; returns how many."""
    path = above + [command["commandName"]]
    children = [
        child
        for child in command.get("subcommands", [])
        if child.get("shouldDisplay", True) and child["commandName"] != "help"
    ]
    with open(os.path.join(target, "-".join(path) + ".1"), "w", encoding="utf-8") as file:
        file.write(page(command, path, children))
    return 1 + sum(write(child, path, target) for child in children)


if __name__ == "__main__":
    count = write(json.load(sys.stdin)["command"], [], sys.argv[1])
    print(f"{count} pages in {sys.argv[1]}", file=sys.stderr)
