/* Whether this machine can give official marks: what `iolab doctor` finds. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/one/lab.h"
#include "grading/one/one.h"
#include "grading/one/process.h"

static const char *text_of(const json_t *json, const char *field)
{
    const char *text = json_string_value(json_object_get(json, field));
    return text ? text : "";
}

/* The finding of this name; NULL. */
static const json_t *find(const json_t *doctor, const char *name)
{
    size_t index;
    json_t *finding;
    json_array_foreach(json_object_get(doctor, "findings"), index,
                       finding) if (strcmp(text_of(finding, "name"), name) == 0) return finding;
    return NULL;
}

static bool judge(const json_t *doctor, char *why, size_t size)
{
    const json_t *box = find(doctor, "box");
    const json_t *ptrace = find(doctor, "ptrace"), *sanitizers = find(doctor, "sanitizers");
    if (strcmp(text_of(box, "level"), "ok") != 0)
        snprintf(why, size, "%s: %s", text_of(box, "found"), text_of(box, "remedy"));
    else if (strcmp(text_of(doctor, "tier"), "behaviour") == 0)
        snprintf(why, size, "system calls cannot be watched: %s", text_of(ptrace, "remedy"));
    else if (strcmp(text_of(sanitizers, "level"), "missing") == 0)
        snprintf(why, size, "%s: %s", text_of(sanitizers, "found"),
                 text_of(sanitizers, "remedy"));
    else
        return true;
    return false;
}

static json_t *ask(char *why, size_t size)
{
    char program[PATH_MAX], output[] = "/tmp/iolab-doctor-XXXXXX";
    struct failure failure = {0};
    struct one_end end;
    if (one_program("doctor", program, sizeof program, &failure) < 0) {
        snprintf(why, size, "%s", failure.text);
        return NULL;
    }
    int file = mkstemp(output);
    char *words[] = {program, "--json", NULL};
    struct one_process process = {
        .words = words, .environment = environ, .output = output, .seconds = 60};
    json_t *doctor = NULL;
    snprintf(why, size, "iolab doctor gives no answer");
    if (file >= 0 && one_process(&process, &end, &failure) == 0)
        doctor = json_load_file(output, 0, NULL);
    if (file >= 0) {
        close(file);
        unlink(output);
    }
    return doctor;
}

bool one_official(char *why, size_t size)
{
    json_t *doctor = ask(why, size);
    bool official = doctor && judge(doctor, why, size);
    json_decref(doctor);
    return official;
}
