#!/usr/bin/env python3
"""Writes attacks.pcap: one second of each attack that Sonata's queries look for, none else.

Addresses are documentation's (RFC 5737); every number below is a threshold of the queries, or just
beside one. Checksums are zero, as captures of offloading hosts have them.
"""
import struct

frames = []


def packet(second, source, target, protocol, transport, at):
    total = 20 + len(transport)
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, total, 0, 0, 64, protocol, 0,
        bytes(map(int, source.split("."))), bytes(map(int, target.split("."))))
    frame = bytes(12) + b"\x08\x00" + header + transport
    frames.append((1_700_000_000 + second, at, frame))


def tcp(second, at, source, sport, target, dport, flags, payload=b""):
    segment = struct.pack("!HHIIBBHHH", sport, dport, 1, 1, 5 << 4, flags, 1024, 0, 0)
    packet(second, source, target, 6, segment + payload, at)


def dns(second, at, source, sport, target, dport, addresses=(), name="a.example"):
    """A question for a name, or an answer with its addresses."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
    message = struct.pack("!HHHHHH", 7, 0x8180 if addresses else 0x0100, 1, len(addresses), 0, 0)
    message += labels + struct.pack("!HH", 1, 1)
    for address in addresses:  # its name is the question's
        message += struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4)
        message += bytes(map(int, address.split(".")))
    packet(second, source, target, 17,
           struct.pack("!HHHH", sport, dport, 8 + len(message), 0) + message, at)


SYN, ACK, FIN = 2, 16, 1
for n in range(40):  # 2: forty clients say the same to one SSH server
    tcp(10, n * 1000, f"198.51.100.{n + 1}", 40000 + n, "203.0.113.2", 22, ACK, b"SSH-2.0-x")
for n in range(40):  # 3: one host sends to forty others
    tcp(20, n * 1000, "203.0.113.3", 5000, f"198.51.100.{n + 1}", 7000, ACK)
for n in range(40):  # 4: one host tries forty ports, of two hosts
    tcp(30, n * 1000, "203.0.113.4", 5000, f"198.51.100.{n % 2 + 1}", 1000 + n, ACK)
for n in range(45):  # 5: forty-five hosts send to one
    tcp(40, n * 1000, f"198.51.100.{n + 1}", 5000, "203.0.113.5", 7000, ACK)
for n in range(40):  # 1, 6: a flood of SYNs that nobody finishes, the first five answered
    tcp(50, n * 1000, "198.51.100.9", 20000 + n, "203.0.113.6", 80, SYN)
    if n < 5:
        tcp(50, n * 1000 + 500, "203.0.113.6", 80, "198.51.100.9", 20000 + n, SYN | ACK)
for n in range(4):  # 7: four connections, one of them closed by the host
    tcp(90, n * 1000, "198.51.100.9", 30000 + n, "203.0.113.7", 80, SYN)
tcp(91, 0, "203.0.113.7", 80, "198.51.100.9", 30000, FIN | ACK)
for n in range(10):  # 8: ten connections of 80 bytes each
    tcp(120, n * 1000, "198.51.100.8", 50000 + n, "203.0.113.8", 80, ACK, b"X-a: 1234567\r\n" + b"b" * 26)
for n in range(40):  # 10: guesses of one length, then the command; the same command elsewhere
    tcp(130, n * 1000, f"198.51.100.{n + 1}", 2300, "203.0.113.10", 23, ACK, b"password")
tcp(132, 0, "198.51.100.1", 2300, "203.0.113.10", 23, ACK, b"run zorro now")
tcp(132, 1000, "198.51.100.1", 2300, "203.0.113.11", 23, ACK, b"run zorro now")
for n in range(40):  # 11: answers of forty servers to one who asked nothing, and to one who did
    dns(140, n * 1000, f"198.51.100.{n + 1}", 53, "203.0.113.12", 999, [f"198.51.100.{n + 1}"])
    dns(140, n * 1000 + 300, f"198.51.100.{n + 1}", 53, "203.0.113.13", 999, [f"198.51.100.{n + 1}"])
dns(140, 100, "203.0.113.13", 999, "198.51.100.1", 53)
hosts = ["198.51.100.9", "198.51.100.10", "198.51.100.11"]
# 9: an answer of three addresses; one host connects before it, another one after it
dns(150, 0, "198.51.100.53", 53, "203.0.113.9", 999, hosts)
dns(150, 300, "198.51.100.53", 53, "203.0.113.14", 999, hosts)
tcp(149, 999000, "203.0.113.9", 50000, "198.51.100.9", 80, SYN)
tcp(150, 500000, "203.0.113.14", 50000, "198.51.100.9", 80, SYN)
for n in range(40):  # 12: a name with ever other addresses, however it is written
    name = "flux.example" if n % 2 else "FLUX.example"
    dns(160, n * 1000, "198.51.100.53", 53, "203.0.113.15", 999, [f"192.0.2.{n + 1}"], name)

frames.sort(key=lambda frame: frame[:2])
with open("attacks.pcap", "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for seconds, micros, frame in frames:
        file.write(struct.pack("<IIII", seconds, micros, len(frame), len(frame)) + frame)
