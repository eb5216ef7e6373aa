#!/usr/bin/env python3
"""Many flow records out of a few: records.py [--same-hosts] SAMPLE.csv[.gz] LINES > FILE

Repeats the lines of a sample in VAST form (a label, then 19 fields), each time later by the
sample's length. The addresses of the monitored network (147.32/16 in the CTU-13 sample) stay, so
that its hosts gather histories longer than any window; those of everyone else change with every
fourth repetition, so that there are more and more of them: about a tenth of the number of lines.
With --same-hosts all stay. The output has no label and is the same for the same sample.
"""
import gzip
import sys


def moved(address, by):
    """Another address of the same kind, for each `by`; the monitored network's is kept."""
    if by == 0 or address.startswith("147.32."):
        return address
    parts = address.split(".")
    if len(parts) != 4:
        return address
    return f"{(int(parts[0]) + by) % 223 + 1}.{parts[1]}.{parts[2]}.{parts[3]}"


def main():
    same_hosts = "--same-hosts" in sys.argv
    path, wanted = sys.argv[-2], int(sys.argv[-1])
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    with opened as file:
        rows = [line.rstrip("\n").split(",")[1:] for line in file]
    rows.sort(key=lambda row: float(row[0]))
    starts = [float(row[0]) for row in rows]
    span = starts[-1] - starts[0] + 1
    written, turn = 0, 0
    while written < wanted:
        lines = []
        for row, start in zip(rows[: wanted - written], starts):
            by = 0 if same_hosts else turn // 4
            lines.append(
                f"{start + turn * span:.6f},{row[1]},{row[2]},{row[3]},{row[4]},"
                f"{moved(row[5], by)},{moved(row[6], by)},{','.join(row[7:])}\n")
        sys.stdout.write("".join(lines))
        written += len(lines)
        turn += 1


main()
