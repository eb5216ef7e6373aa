#!/usr/bin/env python3
"""Sends VAST lines as NetFlow v5 to a collector on loopback: netflow.py FLOWS.csv PORT

Each record has the flow's addresses, ports, protocol, and what the source sent; 30 records a
datagram, at most some 200 000 records a second, so that the collector keeps up.
"""
import socket
import struct
import sys
import time


def main():
    path, port = sys.argv[1], int(sys.argv[2])
    target = ("127.0.0.1", port)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    began, sent, records = time.time(), 0, []

    def send():
        nonlocal sent
        header = struct.pack(
            "!HHIIIIBBH", 5, len(records), 3_600_000, int(began), 0, sent & 0xFFFFFFFF, 0, 0, 0)
        out.sendto(header + b"".join(records), target)
        sent += len(records)
        records.clear()
        ahead = sent / 200_000 - (time.time() - began)
        if ahead > 0.005:
            time.sleep(ahead)

    with open(path) as file:
        for line in file:
            field = line.split(",")
            try:
                addresses = socket.inet_aton(field[5]) + socket.inet_aton(field[6])
                ports = int(field[7]), int(field[8])
            except (OSError, ValueError):
                addresses, ports = bytes(8), (0, 0)
            records.append(
                addresses + struct.pack(
                    "!IHHIIIIHHBBBBHHBBH", 0, 0, 0, min(int(field[16]), 0xFFFFFFFF),
                    min(int(field[14]), 0xFFFFFFFF), 3_500_000, 3_599_000,
                    ports[0] & 0xFFFF, ports[1] & 0xFFFF, 0, 0, int(field[3]) & 0xFF, 0, 0, 0, 0,
                    0, 0))
            if len(records) == 30:
                send()
    if records:
        send()


main()
