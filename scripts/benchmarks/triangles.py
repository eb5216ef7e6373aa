"""Flow records for the benchmark of SUBGRAPH, and the temporal triangles in them.

    triangles.py make FILE FLOWS VERTICES RATE SEED    VAST records, uniformly random ends
    triangles.py count FILE WINDOW                     triangles t1 < t2 < t3 <= t1 + WINDOW seconds

`count` shares nothing with salc: for each edge it walks the edges into its source.
"""

import collections
import random
import sys


def make(path, flows, vertices, rate, seed):
    source = random.Random(seed)
    with open(path, "w", encoding="ascii") as out:
        now = 1365582756000000
        for _ in range(flows):
            now += int(source.expovariate(rate) * 1e6)
            a, b = source.randrange(vertices), source.randrange(vertices)
            out.write(
                f"{now // 1000000}.{now % 1000000:06},2013-04-10 08:32:36,20130410083236.384094,17,"
                f"UDP,10.{a >> 16}.{a >> 8 & 255}.{a & 255},10.{b >> 16}.{b >> 8 & 255}.{b & 255},"
                "29986,1900,0,0,16,184,73140,2588,76064,40,54,0\n"
            )


def count(path, window):
    # Edges into a vertex, and times of each pair, oldest first; old ones are left as they come up.
    into = collections.defaultdict(collections.deque)
    pair = collections.defaultdict(list)
    reach, found = int(window * 1e6), 0
    edges = []
    with open(path, encoding="ascii") as lines:
        for line in lines:
            fields = line.split(",", 7)
            seconds, micros = fields[0].split(".")
            edges.append((int(seconds) * 1000000 + int(micros), fields[5], fields[6]))
    edges.sort(key=lambda edge: edge[0])
    for time, source, target in edges:
        # time closes target -> y -> source -> target.
        queue = into[source]
        while queue and queue[0][0] < time - reach:
            queue.popleft()
        for second, middle in queue:
            if second >= time:
                continue
            for first in pair.get((target, middle), ()):
                if time - reach <= first < second:
                    found += 1
        into[target].append((time, source))
        pair[(source, target)].append(time)
    print(found)


if __name__ == "__main__":
    words = sys.argv[1:]
    if len(words) == 6 and words[0] == "make":
        make(words[1], int(words[2]), int(words[3]), float(words[4]), int(words[5]))
    elif len(words) == 3 and words[0] == "count":
        count(words[1], float(words[2]))
    else:
        sys.exit(__doc__)
