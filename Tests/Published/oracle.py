#!/usr/bin/env python3
"""The rows of SAL's twelve published programs over flow records, from what their texts say.

    oracle.py PROGRAM RECORDS [DOMAINS]    rows as CSV: the time of the record or match, values
    oracle.py export RECORDS DATAGRAMS     the records as NetFlow v5 datagrams, for such programs

RECORDS are VAST's CSV, label in front, in the order of arrival; for the programs over NetFlow v5
a file of its datagrams. Nothing here knows salc: sums are whole numbers, means fractions.
"""
import bisect
import collections
import fractions
import math
import statistics
import struct
import sys

WINDOW = 10_000
SECOND = 10**9


def ns(text):
    """Decimal seconds as whole nanoseconds."""
    whole, _, fraction = text.partition(".")
    return int(whole) * SECOND + int((fraction + "0" * 9)[:9])


def vast(path):
    """Records of VAST's CSV: dictionaries with SAL's names; a port that is none is missing."""
    with open(path) as file:
        for line in file:
            f = line.rstrip("\r\n").split(",")
            port = [int(p) if p.isdigit() and int(p) < 65536 else
                    int(p, 16) if p.lower().startswith("0x") and int(p, 16) < 65536 else None
                    for p in (f[8], f[9])]
            names = ("SrcPayloadBytes", "DestPayloadBytes", "SrcTotalBytes", "DestTotalBytes",
                     "FirstSeenSrcPacketCount", "FirstSeenDestPacketCount")
            yield dict(zip(names, map(int, f[13:19])), Label=int(f[0]), Time=ns(f[1]), Code=f[5],
                       SourceIp=f[6], DestIp=f[7], DestPort=port[1], SourcePort=port[0],
                       Duration=ns(f[12]))


def netflow(path):
    """Records of NetFlow v5 datagrams that stand behind one another."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        _, count, uptime, seconds, fraction = struct.unpack_from(">HHIII", data, at)
        now = seconds * SECOND + fraction
        at += 24
        for _ in range(count):
            source, dest, _, _, _, packets, octets, first, last = struct.unpack_from(
                ">4s4s4sHHIIII", data, at)
            at += 48
            # Uptimes count modulo 2^32.
            ago = (uptime - first) % 2**32
            yield dict(
                Time=now - ago * 1_000_000, SourceIp=".".join(map(str, source)),
                DestIp=".".join(map(str, dest)), Dpkts=packets, Doctets=octets, First=first,
                Last=last)


class Moments:
    """n, sum and sum of squares of the last values; units turn them into what is printed."""

    def __init__(self, unit=1, window=WINDOW):
        self.values, self.unit, self.window = collections.deque(), unit, window
        self.sum = self.squares = 0

    def add(self, value):
        self.values.append(value)
        self.sum, self.squares = self.sum + value, self.squares + value * value
        if len(self.values) > self.window:
            old = self.values.popleft()
            self.sum, self.squares = self.sum - old, self.squares - old * old

    def ave(self):
        return float(fractions.Fraction(self.sum, len(self.values) * self.unit))

    def var(self):
        n = len(self.values)
        return float(fractions.Fraction(
            n * self.squares - self.sum * self.sum, n * n * self.unit * self.unit))

    def median(self):
        return statistics.median(self.values) / self.unit


class Distinct:
    """How many different values the last ones are, and how much their halves have in common."""

    def __init__(self):
        self.values, self.counts = collections.deque(), collections.Counter()
        self.halves = None

    def add(self, value):
        self.values.append(value)
        self.counts[value] += 1
        if len(self.values) > WINDOW:
            old = self.values.popleft()
            self.counts[old] -= 1
            if not self.counts[old]:
                del self.counts[old]

    def count(self):
        return len(self.counts)

    def similarity(self):
        middle = len(self.values) // 2
        values = list(self.values)
        older, newer = set(values[:middle]), set(values[middle:])
        return len(older & newer) / len(older | newer)


class TopK:
    """Golab et al.'s basic windows: each keeps its most frequent items when it closes."""

    def __init__(self, window, basic, k):
        self.most, self.basic, self.k = window // basic - 1, basic, k
        self.open, self.closed = [], collections.deque()

    def add(self, item):
        if len(self.open) == self.basic:
            counts = collections.Counter(i for i in self.open if i is not None)
            best = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:self.k]
            self.closed.append(dict(best))
            self.open = []
            if len(self.closed) > self.most:
                self.closed.popleft()
        self.open.append(item)

    def ranking(self):
        total = collections.Counter()
        for counts in self.closed:
            total.update(counts)
        best = sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:self.k]
        return [(item, count / (len(self.closed) * self.basic)) for item, count in best]

    def share(self, places):
        return sum(share for _, share in self.ranking()[:places]) if self.closed else None


class Keyed(dict):
    """A state of its own for each key."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def __missing__(self, key):
        self[key] = self.make()
        return self[key]


FIELDS = ["SrcTotalBytes", "DestTotalBytes", "Duration", "SrcPayloadBytes", "DestPayloadBytes",
          "FirstSeenSrcPacketCount", "FirstSeenDestPacketCount"]


def ml(records, more=False):
    states = Keyed(lambda: [Moments(SECOND if f == "Duration" else 1) for f in FIELDS])
    sizes = Keyed(Distinct)
    for r in records:
        row = [r["Label"]]
        for side in ("SourceIp", "DestIp"):
            for field, moments in zip(FIELDS, states[side, r[side]]):
                moments.add(r[field])
                row += [moments.ave(), moments.var()]
        if more:
            sizes[r["SourceIp"]].add(r["SrcTotalBytes"])
            row += [sizes[r["SourceIp"]].count(), sizes[r["SourceIp"]].similarity()]
        yield r["Time"], row


def short(records):
    states = Keyed(lambda: (Moments(), Moments(window=1000)))
    for r in records:
        for moments in states[r["SourceIp"]]:
            moments.add(r["SrcTotalBytes"])
        yield r["Time"], [r["Label"]] + [moments.ave() for moments in states[r["SourceIp"]]]


def mean(values):
    return math.fsum(values) / len(values)


def variance(values):
    middle = mean(values)
    return math.fsum((value - middle) ** 2 for value in values) / len(values)


def servers(records, k, passes):
    """Records to servers: those whose destination's ports pass, this record's included."""
    ports = Keyed(lambda: TopK(WINDOW, 1000, k))
    for r in records:
        ports[r["DestIp"]].add(r["DestPort"])
        if passes(ports[r["DestIp"]]):
            yield r


class Gaps:
    """The times between the records of a pair of hosts, and what the server's pairs have now."""

    def __init__(self):
        self.last, self.gaps = {}, Keyed(lambda: Moments(SECOND))
        self.pairs = Keyed(dict)

    def add(self, r):
        pair = (r["DestIp"], r["SourceIp"])
        if pair in self.last:
            self.gaps[pair].add(r["Time"] - self.last[pair])
            self.pairs[r["DestIp"]][r["SourceIp"]] = self.gaps[pair].var()
        self.last[pair] = r["Time"]
        found = list(self.pairs[r["DestIp"]].values())
        return [mean(found), variance(found)] if found else [None, None]


def disclosure(records):
    sizes = Keyed(lambda: [(Moments(), Distinct()), (Moments(), Distinct())])
    gaps = Gaps()
    for r in servers(records, 2, lambda ports: (ports.share(2) or 0) > 0.9):
        row = [r["Label"]]
        for field, (moments, distinct) in zip(("SrcTotalBytes", "DestTotalBytes"),
                                              sizes[r["DestIp"]]):
            moments.add(r[field])
            distinct.add(r[field])
            row += [moments.ave(), moments.var(), distinct.count()]
        yield r["Time"], row + gaps.add(r)


def zeroaccess(records):
    sizes = Keyed(lambda: [(Moments(), Distinct()), (Moments(), Distinct())])
    gaps = Gaps()

    def passes(ports):
        return (ports.share(1) or 0) > 0.6 and ports.ranking()[0][0] == 80

    for r in servers(records, 1, passes):
        for field, states in zip(("SrcTotalBytes", "DestTotalBytes"), sizes[r["DestIp"]]):
            for state in states:
                state.add(r[field])
        (sent, kinds), (got, answers) = sizes[r["DestIp"]]
        both = gaps.add(r)
        pair = gaps.gaps.get((r["DestIp"], r["SourceIp"]))
        yield r["Time"], ([r["Label"], pair.ave() if pair else None, sent.ave(), sent.ave(),
                           got.ave(), got.ave(), kinds.count(), answers.count()] + both)


def ml_v5(records):
    states = Keyed(lambda: [Moments(), Moments()])
    last, gaps, pairs = {}, Keyed(Moments), Keyed(dict)
    for r in records:
        row = []
        for side in ("SourceIp", "DestIp"):
            for field, moments in zip(("Dpkts", "Doctets"), states[side, r[side]]):
                moments.add(r[field])
                row += [moments.ave(), moments.var()]
        pair = (r["DestIp"], r["SourceIp"])
        if pair in last:
            gaps[pair].add(r["First"] - last[pair])
            pairs[pair[0]][pair[1]] = (gaps[pair].var(), gaps[pair].ave())
        last[pair] = r["First"]
        found = list(pairs[pair[0]].values())
        row += [mean([v for v, _ in found]), mean([a for _, a in found])] if found else [None, None]
        yield r["Time"], row


def moghadam(records):
    states = Keyed(Moments)
    for r in records:
        r["lasted"] = r["Last"] - r["First"]
        row = []
        for field in ("Doctets", "lasted", "Dpkts"):
            for side in ("SourceIp", "DestIp"):
                state = states[side, r[side], field]
                state.add(r[field])
                row += [state.ave(), state.var()]
        yield r["Time"], row


def watering_hole(records):
    """The stub: a stream, whose tuples are put out. Of their columns four are told here."""
    for r in records:
        yield r["Time"], [r["DestIp"], r["SourceIp"], r["Dpkts"], r["Doctets"]]


def moment(time):
    """A time as the tests write it, to the nanosecond."""
    return f"t{time // SECOND}.{time % SECOND:09d}"


def match(vertices, edges):
    times = [moment(t) for e in edges for t in (e["Time"], e["Time"] + e["Duration"])]
    return max(e["Time"] for e in edges), vertices + times


def triangles(records, within, is_ordered):
    """Rings of three flows. Without an order any two of them start at most `within` apart."""
    ordered = sorted(records, key=lambda r: r["Time"])
    by_source = Keyed(list)
    for r in ordered:
        by_source[r["SourceIp"]].append(r)

    def from_(vertex, low, high):
        edges = by_source.get(vertex, [])
        at = bisect.bisect_left(edges, low, key=lambda r: r["Time"])
        while at < len(edges) and edges[at]["Time"] <= high:
            yield edges[at]
            at += 1

    for e1 in ordered:
        low = e1["Time"] + 1 if is_ordered else e1["Time"] - within
        for e2 in from_(e1["DestIp"], low, e1["Time"] + within):
            low = e2["Time"] + 1 if is_ordered else max(e1["Time"], e2["Time"]) - within
            high = e1["Time"] + within if is_ordered else min(e1["Time"], e2["Time"]) + within
            for e3 in from_(e2["DestIp"], low, high):
                if e3["DestIp"] == e1["SourceIp"]:
                    yield match([e1["SourceIp"], e1["DestIp"], e2["DestIp"]], [e1, e2, e3])


def cnc(records):
    payload, by_controller = Keyed(Moments), Keyed(list)
    for r in records:
        payload[r["SourceIp"]].add(r["SrcPayloadBytes"])
        node = payload.get(r["DestIp"])
        if node and node.values and node.ave() < 10:
            by_controller[r["SourceIp"]].append(r)
    for controller, edges in by_controller.items():
        edges.sort(key=lambda r: r["Time"])

        def chains(chosen, start):
            if len(chosen) == 4:
                yield match([controller] + [e["DestIp"] for e in chosen], chosen)
                return
            for index in range(start, len(edges)):
                edge = edges[index]
                if chosen and edge["Time"] - chosen[0]["Time"] >= 10 * SECOND:
                    break
                if not chosen or edge["Time"] > chosen[-1]["Time"]:
                    yield from chains(chosen + [edge], index + 1)

        yield from chains([], 0)


def xss(records, domains):
    ports, first, second = Keyed(lambda: TopK(WINDOW, 1000, 2)), Keyed(list), Keyed(list)

    def is_server(host):
        return host in ports and (ports[host].share(2) or 0) > 0.9

    for r in records:
        ports[r["DestIp"]].add(r["DestPort"])
        is_http = r["Code"].lower() == "tcp" and 80 in (r["SourcePort"], r["DestPort"])
        if not is_http or is_server(r["SourceIp"]):
            continue
        second[r["SourceIp"]].append(r)
        if is_server(r["DestIp"]):
            first[r["SourceIp"]].append(r)
    for client, visits in first.items():
        for e1 in visits:
            for e2 in second[client]:
                names = [domains.get(e1["DestIp"]), domains.get(e2["DestIp"])]
                if (0 < e2["Time"] - e1["Time"] <= 10 * SECOND and None not in names
                        and names[0] != names[1]):
                    yield match([client, e1["DestIp"], e2["DestIp"]], [e1, e2])


def table(path):
    with open(path) as file:
        return dict(line.rstrip("\n").split(",")[:2] for line in file)


def export(records, path):
    """One direction of each record, as a router that started a second before the first would."""
    with open(path, "wb") as file:
        pending, boot = [], 0
        for r in list(records) + [None]:
            if r is not None:
                if ":" in r["SourceIp"] or ":" in r["DestIp"]:
                    continue
                pending.append(r)
            if not pending or (r is not None and len(pending) < 30):
                continue
            now = max(p["Time"] + p["Duration"] for p in pending) // SECOND + 1
            boot = boot or pending[0]["Time"] // SECOND - 1
            file.write(struct.pack(
                ">HHIIIIHH", 5, len(pending), (now - boot) * 1000, now, 0, 0, 0, 0))
            for p in pending:
                start = (p["Time"] - boot * SECOND) // 1_000_000
                end = (p["Time"] + p["Duration"] - boot * SECOND) // 1_000_000
                file.write(struct.pack(
                    ">4s4s4sHHIIIIHHBBBBHHBBH", *(bytes(map(int, p[side].split(".")))
                                                  for side in ("SourceIp", "DestIp")), bytes(4),
                    0, 0, p["FirstSeenSrcPacketCount"], p["SrcTotalBytes"], start, end,
                    p["SourcePort"] or 0, p["DestPort"] or 0, 0, 0,
                    {"tcp": 6, "udp": 17}.get(p["Code"].lower(), 1), 0, 0, 0, 0, 0, 0))
            pending = []


PROGRAMS = {
    "ml": lambda r: ml(vast(r)), "ml_more": lambda r: ml(vast(r), more=True),
    "short": lambda r: short(vast(r)), "disclosure": lambda r: disclosure(vast(r)),
    "zeroaccess": lambda r: zeroaccess(vast(r)), "cnc": lambda r: cnc(vast(r)),
    "triangle": lambda r: triangles(vast(r), 100 * SECOND, False),
    "temporal-triangle": lambda r: triangles(vast(r), 10 * SECOND, True),
    "ml_v5": lambda r: ml_v5(netflow(r)), "moghadam": lambda r: moghadam(netflow(r)),
    "watering_hole": lambda r: watering_hole(netflow(r)),
}


def main():
    program, records = sys.argv[1:3]
    if program == "export":
        return export(vast(records), sys.argv[3])
    if program == "xss":
        rows = xss(vast(records), table(sys.argv[3]))
    else:
        rows = PROGRAMS[program](records)
    for time, values in rows:
        print(moment(time), *("" if value is None else value for value in values), sep=",")


main()
