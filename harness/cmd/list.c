/* iolab list: the labs, what they teach, the best score so far; and what of it is proved. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "grade/lab.h"
#include "objectives/checklist.h"
#include "report/report.h"

struct list {
    bool objectives, map;
};

static const struct argp_option options[] = {
    {"objectives", 'o', NULL, 0,
     "What you have proved of what is to be learnt, by checks passed and questions answered",
     0},
    {"map", 'm', NULL, 0, "The labs as a table in Markdown: lab, model, man pages", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    struct list *list = state->input;
    if (key == 'o')
        list->objectives = true;
    else if (key == 'm')
        list->map = true;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp list_argp = {
    .options = options,
    .parser = parse,
    .doc = "List the labs, what they teach, and your best score in each.",
};

static void print_man_pages(char **pages)
{
    for (size_t i = 0; pages && pages[i]; i++)
        printf("%s%s", i ? " " : "", pages[i]);
}

static void print_lab(const struct manifest *manifest)
{
    struct score score;
    char best[64] = "not yet graded";
    if (score_read(manifest->name, &score) == 0)
        snprintf(best, sizeof best, "best %g of %g", score.best, score.max);
    printf("  %-16s %-40s %s\n", manifest->name, manifest->title, best);
    printf("  %16s %s\n", "", manifest->summary ? manifest->summary : "");
    printf("  %16s read: ", "");
    print_man_pages(manifest->man_pages);
    fputs("\n", stdout);
}

static void print_row(const struct manifest *manifest)
{
    printf("| [%s](%s/README.md) | %s | %s | ", manifest->name, manifest->name, manifest->model,
           manifest->summary ? manifest->summary : manifest->title);
    print_man_pages(manifest->man_pages);
    fputs(" |\n", stdout);
}

static int for_lab(const char *name, void (*print)(const struct manifest *),
                   struct failure *failure)
{
    char *folder = lab_path("labs", name);
    struct manifest *manifest = folder ? manifest_load(folder, failure) : NULL;
    free(folder);
    if (!manifest)
        return -1;
    print(manifest);
    manifest_free(manifest);
    return 0;
}

static int print_objectives(struct failure *failure)
{
    struct report_style style = report_style_for(stdout);
    const struct screen screen = {stdout, &style};
    return checklist_command(&screen, stderr, failure);
}

static int print_labs(bool map, struct failure *failure)
{
    char **names = lab_names(failure);
    int status = names ? 0 : -1;
    if (map)
        puts("| lab | model | what it teaches | man pages |\n| --- | --- | --- | --- |");
    for (size_t i = 0; status == 0 && names[i]; i++)
        status = for_lab(names[i], map ? print_row : print_lab, failure);
    lab_names_free(names);
    return status;
}

int main(int argc, char **argv)
{
    struct list list = {0};
    struct failure failure = {.status = STATUS_MACHINE};
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&list_argp, argc, argv, 0, NULL, &list);
    int status = list.objectives ? print_objectives(&failure) : print_labs(list.map, &failure);
    if (status < 0)
        fprintf(stderr, "iolab list: %s\n", failure.text);
    return status < 0 ? failure.status : STATUS_WELL;
}
