"""
Tries: to be unpacked elsewhere: names with "../", absolute ones, with backslashes, through a link
to a folder outside that comes first, over a file that was unpacked before.
Must come: nothing outside the folder for it; the file that is asked for is graded or it is refused.

lab: 01
"""
import io, sys, tarfile

mark, work, out = sys.argv[1:4]
server = b"int main(void){return 0;}\n"
with tarfile.open(out + ".tar", "w") as tar:
    def add(name, data=b"owned\n", **fields):
        info = tarfile.TarInfo(name)
        info.size = len(data)
        for field, value in fields.items():
            setattr(info, field, value)
        tar.addfile(info, io.BytesIO(data))
    for name in ("../%s" % mark, "../../../../../../../../tmp/%s" % mark, "/tmp/%s" % mark,
                 "a/../../%s" % mark, "..\\%s" % mark, "%s/victim/absolute" % work,
                 "./././../%s" % mark, "server.c/../../%s" % mark):
        add(name)
    add("out", b"", type=tarfile.SYMTYPE, linkname=work + "/victim")
    add("out/through-a-link")
    add("hard", b"", type=tarfile.LNKTYPE, linkname=work + "/victim/precious")
    add("hard", b"overwritten\n")
    add("server.c", server)
print(out + ".tar")
