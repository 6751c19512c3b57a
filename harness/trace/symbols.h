/*
 * Where in a program's memory the functions of functions.h begin: from the symbol tables of the
 * files that are mapped into it. Libraries, and the program itself when it is linked statically.
 */
#ifndef IOLAB_TRACE_SYMBOLS_H
#define IOLAB_TRACE_SYMBOLS_H

#include <stdint.h>
#include <sys/types.h>

#include "trace/functions.h"

struct symbols;

/* As the program is now. NULL without memory, or when the program is gone. */
struct symbols *symbols_read(pid_t pid);
void symbols_free(struct symbols *symbols);

/* The function whose first instruction is at `address`, or NULL. */
const struct function *symbols_at(const struct symbols *symbols, uint64_t address);

/* Was there code at `address` when they were read? What is loaded later is not known. */
bool symbols_know(const struct symbols *symbols, uint64_t address);

/* How many functions were found: 0 when the program has no names at all. */
size_t symbols_count(const struct symbols *symbols);

#endif
