/* The fields of a result: one table says of each where it stands and of what kind it is. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "grading/result/kinds.h"

#define AT(field) #field, offsetof(struct result, field)

static const struct field {
    const char *name;
    size_t offset;
    const struct result_kind *kind;
} fields[] = {
    {AT(lab), &result_kind_lab},           {AT(student), &result_kind_key},
    {AT(files), &result_kind_digest},      {AT(course), &result_kind_digest},
    {AT(state), &result_kind_state},       {AT(why), &result_kind_text_or_null},
    {AT(official), &result_kind_flag},     {AT(box), &result_kind_text},
    {AT(limits), &result_kind_text},       {AT(tries), &result_kind_count},
    {AT(lag), &result_kind_amount},        {AT(submitted), &result_kind_time_or_null},
    {AT(started), &result_kind_time},      {AT(seconds), &result_kind_amount},
    {AT(points), &result_kind_amount},     {AT(max_points), &result_kind_amount},
    {AT(recordings), &result_kind_folder}, {AT(report), &result_kind_report},
};

#define FIELDS (sizeof fields / sizeof *fields)

static int take_fields(const json_t *json, const char *name, struct result *result,
                       struct failure *failure)
{
    for (size_t i = 0; i < FIELDS; i++) {
        const struct field *field = &fields[i];
        const json_t *value = json_object_get(json, field->name);
        if (!value)
            return failure_set(failure, STATUS_MACHINE, "%s: the field \"%s\" is missing", name,
                               field->name);
        if (!field->kind->take(value, (char *)result + field->offset))
            return failure_set(failure, STATUS_MACHINE, "%s: the field \"%s\" must be %s", name,
                               field->name, field->kind->wants);
    }
    return 0;
}

/* What one field says about another. */
static int check_together(const struct result *result, const char *name,
                          struct failure *failure)
{
    bool graded = result->state == RESULT_GRADED;
    const char *wrong = NULL;
    if (result->points > result->max_points)
        wrong = "\"points\" must be at most \"max_points\"";
    else if (graded && result->max_points <= 0)
        wrong = "\"max_points\" must be more than 0 when \"state\" is graded";
    else if (graded && !*result->files)
        wrong = "\"files\" must be a SHA-256 when \"state\" is graded";
    else if (graded && !*result->course)
        wrong = "\"course\" must be a SHA-256 when \"state\" is graded";
    else if (graded && result->official && strcmp(result->box, "none") == 0)
        wrong = "\"official\" must be false when \"box\" is none";
    return wrong ? failure_set(failure, STATUS_MACHINE, "%s: the field %s", name, wrong) : 0;
}

struct result *result_parse(const json_t *json, const char *name, struct failure *failure)
{
    const char *schema = json_string_value(json_object_get(json, "schema"));
    if (!schema || strcmp(schema, RESULT_SCHEMA) != 0) {
        failure_set(failure, STATUS_MACHINE,
                    "%s: the field \"schema\" must be %s; this is no result", name,
                    RESULT_SCHEMA);
        return NULL;
    }
    struct result *result = calloc(1, sizeof *result);
    if (!result) {
        failure_errno(failure, STATUS_MACHINE, "%s", name);
        return NULL;
    }
    if (take_fields(json, name, result, failure) == 0 &&
        check_together(result, name, failure) == 0)
        return result;
    result_free(result);
    return NULL;
}

void result_free(struct result *result)
{
    if (!result)
        return;
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].kind->texts)
            free(*(char **)((char *)result + fields[i].offset));
    json_decref(result->report);
    free(result);
}

json_t *result_json(const struct result *result)
{
    json_t *json = json_object();
    bool bad = json_object_set_new(json, "schema", json_string(RESULT_SCHEMA)) < 0;
    for (size_t i = 0; i < FIELDS; i++) {
        json_t *value = fields[i].kind->give((const char *)result + fields[i].offset);
        bad |= json_object_set_new(json, fields[i].name, value) < 0;
    }
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}
