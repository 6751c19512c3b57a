/* Results of workers, made and added up. Their histograms may be filled by other processes. */
#ifndef IOLAB_LOAD_RESULT_H
#define IOLAB_LOAD_RESULT_H

#include "load/load.h"

/* -1 without memory; then there is nothing to free. */
int result_make(struct load_result *result, bool open_loop);

void result_add(struct load_result *all, const struct load_result *one);

#endif
