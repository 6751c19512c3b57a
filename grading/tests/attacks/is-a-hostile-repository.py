"""
Tries: to have git run programs and read files of the grader's: hooks, a monitor of the file
system, an editor and filters in .git/config, alternates that lead elsewhere, a server.c that the
index says is a link.
Must come: nothing of it is run; it is graded as what it is, or refused.

lab: 01
"""
import os, subprocess, sys

mark, work, out = sys.argv[1:4]
git = lambda *words: subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", out,
                                     *words], check=True, stdout=subprocess.DEVNULL)
os.mkdir(out)
git("init", "-q")
with open(out + "/server.c", "w") as file:
    file.write("int main(void){return 0;}\n")
git("add", "server.c")
git("commit", "-qm", "x")
touch = "touch %s/victim/%s" % (work, mark)
with open(out + "/.git/config", "a") as file:
    file.write('[core]\n\tfsmonitor = "%s; false"\n\tsshCommand = "%s"\n\tpager = "%s"\n'
               '\thooksPath = hooks\n[filter "x"]\n\tclean = "%s"\n\tsmudge = "%s"\n'
               '\tprocess = "%s"\n[diff]\n\texternal = "%s"\n[include]\n\tpath = /etc/passwd\n'
               % ((touch,) * 7))
with open(out + "/.gitattributes", "w") as file:
    file.write("* filter=x\n")
for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction"):
    path = out + "/.git/hooks/" + hook
    with open(path, "w") as file:
        file.write("#!/bin/sh\n%s\n" % touch)
    os.chmod(path, 0o755)
with open(out + "/.git/objects/info/alternates", "w") as file:
    file.write(work + "/tree\n")
print(out)
