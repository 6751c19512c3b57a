/* The hidden checks have the same driver as the others. */
#include "../../../labs/21-compare/scenarios/probe.c"
