# A terminal, and what the visualizer shows on it. Sourced by the .bats beside it.

iolab=$BATS_TEST_DIRNAME/../../build/iolab-main
recordings=$BATS_TEST_DIRNAME/../recordings

. "$BATS_TEST_DIRNAME/../../harness/tests/terminal.bash"
