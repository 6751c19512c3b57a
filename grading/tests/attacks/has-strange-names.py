"""
Tries: to break what shows names: ten thousand bytes, no UTF-8, line ends, escapes of terminals,
HTML, formulas, a depth of a thousand folders, the same name in two ways of writing.
Must come: it is graded as what it is, or refused in words that are harmless.

lab: 01
"""
import io, sys, tarfile

mark, work, out = sys.argv[1:4]
with tarfile.open(out + ".tar", "w", format=tarfile.PAX_FORMAT, errors="surrogateescape") as tar:
    def add(name, data=b"x"):
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    add("n" * 10000)
    add("\udcff\udcfe.c")
    add("new\nline\033[2J.c")
    add("<script>alert(1)</script>.c")
    add("=cmd|' /C calc'!A0")
    add("d/" * 1000 + "deep.c")
    add("se\u0301rver.c")
    add("s\u00e9rver.c")
    add("SERVER.C")
    add("server.c\0.txt")
    add("server.c", b"int main(void){return 0;}\n")
print(out + ".tar")
