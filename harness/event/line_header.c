/* The first line of a recording: what was run, on which machine, from which seed. */
#include "event/line.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "event/line_json.h"

/* Seeds are 64 bits wide and JSON's integers here 63: the upper half goes as a string. */
static json_t *wide(uint64_t value)
{
    char digits[24];
    if (value <= INT64_MAX)
        return json_integer((json_int_t)value);
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    return json_string(digits);
}

/* Paths and arguments may hold bytes that are no UTF-8; jansson refuses those. */
static json_t *text(const char *string)
{
    json_t *value = json_string(string);
    return value ? value : json_string("?");
}

static void set_text(json_t *object, const char *key, const char *string)
{
    if (string)
        json_object_set_new(object, key, text(string));
}

static json_t *command_array(const char *const *command)
{
    json_t *array = json_array();
    for (; *command; command++)
        json_array_append_new(array, text(*command));
    return array;
}

char *line_header_write(const struct recording_header *header)
{
    json_t *object = json_object();
    if (!object)
        return NULL;
    json_object_set_new(object, "schema", json_string(EVENT_SCHEMA));
    set_text(object, "lab", header->lab);
    set_text(object, "check", header->check);
    set_text(object, "source", header->source);
    if (header->command)
        json_object_set_new(object, "command", command_array(header->command));
    set_text(object, "kernel", header->kernel);
    json_object_set_new(object, "cores", json_integer(header->cores));
    set_text(object, "tier", header->tier);
    json_object_set_new(object, "seed", wide(header->seed));
    json_object_set_new(object, "time_scale", json_real(header->time_scale));
    set_text(object, "start", header->start_time);
    char *line =
        json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6));
    json_decref(object);
    return line;
}

static const char *const *command_read(const json_t *array, struct arena *arena)
{
    size_t count = json_array_size(array);
    const char **command = arena_take(arena, (count + 1) * sizeof *command);
    if (!command)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *word = line_json_copy(json_array_get(array, i), arena);
        command[i] = word ? word : "?";
    }
    command[count] = NULL;
    return command;
}

static void header_fill(const json_t *object, struct arena *arena,
                        struct recording_header *header)
{
    const json_t *command = json_object_get(object, "command");
    header->lab = line_json_copy(json_object_get(object, "lab"), arena);
    header->check = line_json_copy(json_object_get(object, "check"), arena);
    header->source = line_json_copy(json_object_get(object, "source"), arena);
    header->command = json_is_array(command) ? command_read(command, arena) : NULL;
    header->kernel = line_json_copy(json_object_get(object, "kernel"), arena);
    header->cores = (int)line_json_number(json_object_get(object, "cores"), 0, 0, INT32_MAX);
    header->tier = line_json_copy(json_object_get(object, "tier"), arena);
    header->seed = line_json_wide(json_object_get(object, "seed"));
    header->time_scale = json_number_value(json_object_get(object, "time_scale"));
    header->start_time = line_json_copy(json_object_get(object, "start"), arena);
}

const char *line_header_read(const char *line, size_t size, struct arena *arena,
                             struct recording_header *header)
{
    json_t *object = line_json_parse(line, size);
    const char *schema = json_string_value(json_object_get(object, "schema"));
    const char *wrong = NULL;
    if (!schema || strncmp(schema, "iolab-rec/", 10) != 0)
        wrong = "its first line is not the header of a recording";
    else if (strcmp(schema, EVENT_SCHEMA) != 0)
        wrong = "it was written by another version of iolab (this one reads " EVENT_SCHEMA ")";
    else
        header_fill(object, arena, header);
    json_decref(object);
    return wrong;
}
