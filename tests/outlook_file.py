"""Writes the compound files (MS-CFB) that Outlook saves mails in (MS-OXMSG): just what a reader needs."""

from __future__ import annotations

import struct

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _MINI = 512, 64
_HEADER_OF_PROPERTIES = 32

TEXTS = {"class": 0x001A, "subject": 0x0037, "headers": 0x007D, "body": 0x1000, "sender": 0x0C1A, "address": 0x0C1F}


def an_outlook_file(**texts: str) -> bytes:
    """A saved mail with these texts (class, subject, headers, body, sender, address)."""
    streams: dict[str, bytes] = {}
    properties = b"\0" * _HEADER_OF_PROPERTIES
    for name, text in ({"class": "IPM.Note"} | texts).items():
        content = text.encode("utf-16-le")
        streams[f"__substg1.0_{TEXTS[name]:04X}001F"] = content
        properties += struct.pack("<HHIII", 0x001F, TEXTS[name], 6, len(content) + 2, 0)
    return compound_file({"__properties_version1.0": properties, **streams})


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams in its root, each shorter than 4,096 octets (they lie in the mini stream)."""
    mini, mini_fat, entries = b"", list[int](), list[tuple[str, int, int]]()
    for name, content in sorted(streams.items(), key=lambda pair: (len(pair[0]), pair[0].upper())):
        count = -(-len(content) // _MINI)
        entries.append((name, len(mini_fat), len(content)))
        mini_fat += [*range(len(mini_fat) + 1, len(mini_fat) + count), _END]
        mini += content.ljust(count * _MINI, b"\0")
    directory = _directory(entries, len(mini))
    parts = [directory, _numbers(mini_fat), mini]
    sizes = [-(-len(part) // _SECTOR) for part in parts]
    fat = [_FAT]
    for size in sizes:
        fat += [*range(len(fat) + 1, len(fat) + size), _END]
    starts = [1, 1 + sizes[0], 1 + sizes[0] + sizes[1]]
    directory = _directory(entries, len(mini), start=starts[2])
    body = b"".join(
        part.ljust(size * _SECTOR, b"\0") for part, size in zip([directory, *parts[1:]], sizes, strict=True)
    )
    return _header(starts[0], starts[1], sizes[1]) + _numbers(fat) + body


def _header(directory: int, mini_fat: int, mini_fat_sectors: int) -> bytes:
    fields = struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory, 0, 4096, mini_fat,
                         mini_fat_sectors, _END, 0, 0)  # fmt: skip
    return (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + fields).ljust(_SECTOR, b"\xff")


def _directory(entries: list[tuple[str, int, int]], mini_size: int, *, start: int = 0) -> bytes:
    """The root, then every stream as the right sibling of the one before."""
    found = [_entry("Root Entry", 5, child=1, start=start, size=mini_size)]
    for number, (name, first, size) in enumerate(entries, start=1):
        right = number + 1 if number < len(entries) else _FREE
        found.append(_entry(name, 2, right=right, start=first, size=size))
    found += [b"\0" * 68 + struct.pack("<III", _FREE, _FREE, _FREE) + b"\0" * 48] * (-len(found) % 4)
    return b"".join(found)


def _entry(name: str, kind: int, *, child: int = _FREE, right: int = _FREE, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    head = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded) + 2, kind, 1, _FREE, right, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)


def _numbers(values: list[int]) -> bytes:
    padded = values + [_FREE] * (-len(values) % (_SECTOR // 4))
    return struct.pack(f"<{len(padded)}I", *padded)
