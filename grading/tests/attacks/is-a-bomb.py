"""
Tries: to fill the disk when it is unpacked: a gibibyte of zeros in a megabyte, beside a hundred
thousand files without a byte, and a file that says it is larger than it is.
Must come: it is refused, quickly, and nothing is left.

lab: 01
"""
import sys, zipfile

mark, work, out = sys.argv[1:4]
with zipfile.ZipFile(out + ".zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
    with archive.open("server.c", "w", force_zip64=True) as file:
        for _ in range(1024):
            file.write(bytes(1 << 20))
    for i in range(20000):
        archive.writestr("many/%d" % i, b"")
print(out + ".zip")
