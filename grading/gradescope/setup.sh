#!/bin/sh
# setup.sh: what Gradescope runs once, as root, when it makes the image of an autograder: installs
# the packages that the tree needs, and builds the tree. The image must be Ubuntu 24.04 (choose it
# under "Base Image"), or Debian 12, or later.
set -eu
cd "$(dirname "$0")"

libc=$(getconf GNU_LIBC_VERSION | sed 's/^glibc 2\.//; s/\..*//')
if [ "$libc" -lt 36 ]; then
    echo "This image is too old (glibc 2.$libc; 2.36 is needed): choose Ubuntu 24.04." >&2
    exit 1
fi
harness/tools/install build class gradescope
make -s -j2 build/iolab-main build/iolab-grade build/iolab-doctor build/iolab-submission iolab
