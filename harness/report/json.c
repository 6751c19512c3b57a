/* Report JSON, schema iolab-report/1. Every string is made valid UTF-8 first. */
#include <jansson.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "report/formats.h"

static json_t *text_or_null(const char *text)
{
    char *valid = text ? utf8_valid(text) : NULL;
    json_t *json = valid ? json_string_nocheck(valid) : json_null();
    free(valid);
    return json;
}

/* Times in seconds, as everywhere in the report. */
static json_t *evidence(const struct evidence *items, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *line = json_object();
        if (items[i].event)
            json_object_set_new(line, "event", json_integer((json_int_t)items[i].event));
        json_object_set_new(line, "time", json_real((double)items[i].time / 1e9));
        json_object_set_new(line, "text", text_or_null(items[i].text));
        json_array_append_new(list, line);
    }
    return list;
}

static json_t *all_evidence(const struct verdict *verdict)
{
    json_t *json = json_object();
    json_object_set_new(json, "failed_at", json_integer((json_int_t)verdict->failed_at));
    json_object_set_new(json, "steps", evidence(verdict->steps, verdict->step_count));
    json_object_set_new(json, "difference", text_or_null(verdict->difference));
    json_object_set_new(json, "asleep", evidence(verdict->asleep, verdict->asleep_count));
    json_object_set_new(json, "calls", evidence(verdict->calls, verdict->call_count));
    return json;
}

static json_t *check_json(const struct verdict *verdict)
{
    json_t *json = json_object();
    json_object_set_new(json, "name", text_or_null(verdict->name));
    json_object_set_new(json, "number", json_integer(verdict->number));
    json_object_set_new(json, "status", json_string(verdict_status_name(verdict->status)));
    json_object_set_new(json, "points", json_real(verdict->points));
    json_object_set_new(json, "max_points", json_real(verdict->max_points));
    json_object_set_new(json, "hidden", json_boolean(verdict->hidden));
    json_object_set_new(json, "message", text_or_null(verdict->message));
    json_object_set_new(json, "hint", text_or_null(verdict->hint));
    json_object_set_new(json, "evidence", all_evidence(verdict));
    json_object_set_new(json, "recording", text_or_null(verdict->recording));
    json_object_set_new(json, "duration", json_real(verdict->duration));
    return json;
}

static json_t *report_object(const struct report *report)
{
    json_t *json = json_object(), *checks = json_array();
    json_object_set_new(json, "schema", json_string(REPORT_SCHEMA));
    json_object_set_new(json, "lab", text_or_null(report->lab));
    json_object_set_new(json, "title", text_or_null(report->title));
    json_object_set_new(json, "source", text_or_null(report->source));
    json_object_set_new(json, "seed", json_integer((json_int_t)report->seed));
    json_object_set_new(json, "time_scale", json_real(report->time_scale));
    json_object_set_new(json, "kernel", text_or_null(report->kernel));
    json_object_set_new(json, "tier", text_or_null(report->tier));
    json_object_set_new(json, "limits", text_or_null(report->limits));
    json_object_set_new(json, "score", json_real(report->score));
    json_object_set_new(json, "max_score", json_real(report->max_score));
    json_object_set_new(json, "duration", json_real(report->duration));
    json_object_set_new(json, "built", json_boolean(report->built));
    json_object_set_new(json, "build", text_or_null(report->build ? report->build : ""));
    for (size_t i = 0; i < report->check_count; i++)
        json_array_append_new(checks, check_json(report->checks[i]));
    json_object_set_new(json, "checks", checks);
    return json;
}

int report_json(FILE *out, const struct report *report, const struct report_style *style)
{
    (void)style;
    json_t *json = report_object(report);
    int status = json ? json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) : -1;
    json_decref(json);
    return status == 0 && fputc('\n', out) != EOF ? 0 : -1;
}
