"""Prints of each file of a zip what Python's zipfile and its headers tell: name, bytes, all bytes in the zip, CRC-32, mode."""

import json
import os
import sys
import zipfile

rows = []
with zipfile.ZipFile(sys.argv[1]) as archive, open(sys.argv[1], "rb") as file:
    for info in archive.infolist():
        if info.is_dir():
            continue
        file.seek(info.header_offset)
        header = file.read(30)
        name = int.from_bytes(header[26:28], "little")
        extra = int.from_bytes(header[28:30], "little")
        descriptor = 16 if info.flag_bits & 8 else 0
        local = 30 + name + extra + info.compress_size + descriptor
        central = 46 + name + len(info.extra) + len(info.comment)
        mode = info.external_attr >> 16
        rows.append([info.filename, info.file_size, local + central, f"{info.CRC:08x}", f"{mode & 0o777:o}"])
print(json.dumps({"bytes": os.path.getsize(sys.argv[1]), "files": rows}))
