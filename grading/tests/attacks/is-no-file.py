"""
Tries: to have the grader open what is no file: server.c is a link to its secrets, a hard link, a
pipe, a device, a folder, one after the other in one archive.
Must come: it is refused, or nothing of what the link names is shown.

lab: 01
"""
import io, sys, tarfile

mark, work, out = sys.argv[1:4]
with tarfile.open(out + ".tar.gz", "w:gz") as tar:
    def add(name, kind, **fields):
        info = tarfile.TarInfo(name)
        info.type = kind
        for field, value in fields.items():
            setattr(info, field, value)
        tar.addfile(info)
    tree = work + "/tree"
    add("server.c", tarfile.SYMTYPE, linkname=tree + "/solutions/01-blocking/server.c")
    add("server.c", tarfile.LNKTYPE, linkname=tree + "/solutions/01-blocking/server.c")
    add("server.c", tarfile.FIFOTYPE)
    add("server.c", tarfile.CHRTYPE, devmajor=1, devminor=5)
    add("server.c", tarfile.BLKTYPE, devmajor=254, devminor=0)
    add("folder/server.c", tarfile.SYMTYPE, linkname="/proc/self/environ")
print(out + ".tar.gz")
