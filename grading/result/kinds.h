/*
 * Kinds of fields of a result, for fields.c: each can take a value out of JSON, say what it wants
 * when it does not get it, and give the value back.
 */
#ifndef IOLAB_RESULT_KINDS_H
#define IOLAB_RESULT_KINDS_H

#include "grading/result/result.h"

struct result_kind {
    const char *wants; /* "a number from 0" */
    /* Into the field, which is zeroed; false: not of this kind. Texts are owned by the field. */
    bool (*take)(const json_t *value, void *into);
    json_t *(*give)(const void *from);
    bool texts; /* the field is a char * */
};

extern const struct result_kind result_kind_lab, result_kind_key, result_kind_digest,
    result_kind_state, result_kind_text, result_kind_text_or_null, result_kind_time,
    result_kind_time_or_null, result_kind_folder, result_kind_flag, result_kind_count,
    result_kind_amount, result_kind_report;

#endif
