/* iolab doctor: what this machine can and cannot do, and how to mend it. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "run/doctor.h"

static const struct argp_option options[] = {
    {"json", 'j', NULL, 0, "As JSON, schema iolab-doctor/1", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key != 'j')
        return ARGP_ERR_UNKNOWN;
    *(bool *)state->input = true;
    return 0;
}

static const struct argp doctor_argp = {
    .options = options,
    .parser = parse,
    .doc = "Say what this machine can and cannot do for grading, and how to mend it."
           "\vEach line is ok, limited (grading works, with less comfort) or missing.\n\n"
           "Environment:\n"
           "  CC                     the compiler to use\n"
           "  TMPDIR                 where programs are built and run\n"
           "  IOLAB_ISOLATION=group  no namespaces: process groups and free ports\n\n"
           "Exit status: 0 everything that grading needs is there; 1 some checks cannot be "
           "observed; 2 the call was wrong; 3 nothing can be graded here.",
};

static const char *isolation_name(enum isolation isolation)
{
    return isolation == ISOLATION_NAMESPACES ? "namespaces" : "group";
}

static void print_summary(const struct diagnosis *diagnosis)
{
    static const char *const seen[] = {"only what a server answers is seen, not how it waits",
                                       "system calls are seen",
                                       "system calls and events in the kernel are seen"};
    printf("tier       %s: %s\n", trace_tier_name(diagnosis->tier), seen[diagnosis->tier]);
    printf("isolation  %s: %s\n\n", isolation_name(diagnosis->isolation),
           diagnosis->isolation == ISOLATION_NAMESPACES
               ? "each server has its own network and processes"
               : "a process group and a free port for each server");
}

static void print_text(const struct diagnosis *diagnosis)
{
    print_summary(diagnosis);
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct finding *finding = &diagnosis->findings[i];
        printf("%-8s %-18s %s\n", finding_level_name(finding->level), finding->name,
               finding->said);
        if (finding->remedy[0])
            printf("%-8s %-18s to mend: %s\n", "", "", finding->remedy);
    }
}

static json_t *finding_json(const struct finding *finding)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "name", finding->name, "level",
                     finding_level_name(finding->level), "found", finding->said, "remedy",
                     finding->remedy);
}

static void print_json(const struct diagnosis *diagnosis)
{
    json_t *findings = json_array();
    for (size_t i = 0; i < diagnosis->count; i++)
        json_array_append_new(findings, finding_json(&diagnosis->findings[i]));
    json_t *all = json_pack("{s:s, s:s, s:s, s:f, s:o}", "schema", "iolab-doctor/1", "tier",
                            trace_tier_name(diagnosis->tier), "isolation",
                            isolation_name(diagnosis->isolation), "time_scale",
                            diagnosis->time_scale, "findings", findings);
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(all);
}

int main(int argc, char **argv)
{
    bool json = false;
    static struct diagnosis diagnosis;
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&doctor_argp, argc, argv, 0, NULL, &json);
    doctor_examine(&diagnosis);
    if (json)
        print_json(&diagnosis);
    else
        print_text(&diagnosis);
    return doctor_status(&diagnosis);
}
