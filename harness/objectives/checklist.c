/* See checklist.h. */
#include "objectives/checklist.h"

#include <stdlib.h>
#include <string.h>

#include "grade/lab.h"

#define INDENT     16 /* behind the item's number and its state */
#define LINES_MOST 100

static const enum tint tints[] = {
    [STATE_PROVED] = TINT_GOOD,
    [STATE_IN_PART] = TINT_DOUBT,
    [STATE_NOT_YET] = TINT_NONE,
    [STATE_UNTAUGHT] = TINT_QUIET,
};

static const struct {
    enum shown shown;
    const char *words;
} groups[] = {
    {SHOWN, "shown"},
    {SHOWN_NOT, "open"},
    {SHOWN_NOWHERE, "not in this tree"},
};

/* --- one item --- */

static void put_line(const struct screen *screen, const char *text)
{
    fprintf(screen->out, "%*s", INDENT, "");
    screen_wrap(screen, INDENT, LINES_MOST, text);
}

/* The proofs of one kind that are in this group: "checks 05/11 05/12". Returns how many. */
static size_t write_proofs(FILE *out, char **written, enum proof proof,
                           const struct student *student, enum shown shown, bool first)
{
    size_t count = 0;
    for (size_t i = 0; written && written[i]; i++)
        count += student_shows(student, proof, written[i]) == shown;
    if (count > 0)
        fprintf(out, "%s%s%s", first ? "" : "; ", proof_noun(proof), count > 1 ? "s" : "");
    for (size_t i = 0; count > 0 && written[i]; i++)
        if (student_shows(student, proof, written[i]) == shown)
            fprintf(out, " %s", written[i]);
    return count;
}

static void put_group(const struct screen *screen, const struct objective *objective,
                      const struct student *student, size_t group)
{
    char *text = NULL;
    size_t size, count = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return;
    fprintf(out, "%s: ", groups[group].words);
    for (int proof = 0; proof < PROOF_KINDS; proof++)
        count += write_proofs(out, objective->proofs[proof], (enum proof)proof, student,
                              groups[group].shown, count == 0);
    fclose(out);
    if (count > 0)
        put_line(screen, text);
    free(text);
}

/* The first one that is open; NULL: none is. */
static const char *first_open(char **written, enum proof proof, const struct student *student)
{
    for (size_t i = 0; written && written[i]; i++)
        if (student_shows(student, proof, written[i]) == SHOWN_NOT)
            return written[i];
    return NULL;
}

/* "next: iolab grade 05; iolab quiz 05" */
static void put_next(const struct screen *screen, const struct objective *objective,
                     const struct student *student)
{
    char line[80];
    size_t used = 0;
    for (int proof = 0; proof < PROOF_KINDS; proof++) {
        const char *open = first_open(objective->proofs[proof], (enum proof)proof, student);
        if (open)
            used += (size_t)snprintf(line + used, sizeof line - used, "%s iolab %s %02d",
                                     used ? ";" : "next:", proof_command((enum proof)proof),
                                     proof_lab(open));
    }
    if (used > 0)
        put_line(screen, line);
}

static void put_says(const struct screen *screen, const struct objective *objective,
                     const struct standing *standing)
{
    char line[OBJECTIVES_SAYS + 64];
    if (standing->state == STATE_IN_PART)
        snprintf(line, sizeof line, "%s (%zu of %zu)", objective->says, standing->shown,
                 standing->all);
    else
        snprintf(line, sizeof line, "%s", objective->says);
    screen_wrap(screen, INDENT, LINES_MOST, line);
}

static void put_untaught(const struct screen *screen, const struct objective *objective,
                         const struct standing *standing)
{
    char line[512];
    bool rest = standing->state != STATE_UNTAUGHT; /* else the state has said it */
    if (!objective->untaught)
        return;
    snprintf(line, sizeof line, "%s%s", rest ? "no lab yet: " : "", objective->untaught);
    put_line(screen, line);
}

static void put_item(const struct screen *screen, size_t number,
                     const struct objective *objective, const struct student *student)
{
    struct standing standing = standing_of(objective, student);
    const char *words = state_words(standing.state);
    int used = fprintf(screen->out, "%3zu ", number) + (int)strlen(words);
    screen_tint(screen, tints[standing.state], words);
    fprintf(screen->out, "%*s", INDENT - used, "");
    put_says(screen, objective, &standing);
    for (size_t group = 0; group < sizeof groups / sizeof *groups; group++)
        put_group(screen, objective, student, group);
    put_untaught(screen, objective, &standing);
    put_next(screen, objective, student);
}

/* --- all of them --- */

static size_t count_state(const struct objectives *objectives, const struct student *student,
                          const char *list, enum state state)
{
    size_t count = 0;
    for (size_t i = 0; i < objectives->count; i++)
        if (!list || objectives->items[i].list == list)
            count += standing_of(&objectives->items[i], student).state == state;
    return count;
}

static void put_list(const struct screen *screen, const struct objectives *objectives,
                     const struct student *student, const char *list)
{
    size_t count = 0, number = 0;
    char heading[256];
    for (size_t i = 0; i < objectives->count; i++)
        count += objectives->items[i].list == list;
    snprintf(heading, sizeof heading, "%s: %zu of %zu proved", list,
             count_state(objectives, student, list, STATE_PROVED), count);
    screen_line(screen, 0, heading);
    for (size_t i = 0; i < objectives->count; i++)
        if (objectives->items[i].list == list)
            put_item(screen, ++number, &objectives->items[i], student);
    fputc('\n', screen->out);
}

static void put_sum(const struct screen *screen, const struct objectives *objectives,
                    const struct student *student)
{
    fprintf(screen->out, "%zu items", objectives->count);
    for (int state = 0; state < STATE_COUNT; state++)
        fprintf(screen->out, "%s %s %zu", state ? "," : ":", state_words((enum state)state),
                count_state(objectives, student, NULL, (enum state)state));
    fputc('\n', screen->out);
}

void checklist_show(const struct screen *screen, const struct objectives *objectives,
                    const struct student *student)
{
    for (size_t i = 0; i < objectives->list_count; i++)
        put_list(screen, objectives, student, objectives->lists[i]);
    put_sum(screen, objectives, student);
}

static int load_table(struct objectives *objectives, struct failure *failure)
{
    if (!lab_root(failure))
        return -1;
    char *path = lab_path("labs", "objectives.lua");
    int status = path ? objectives_load(objectives, path, failure)
                      : failure_set(failure, STATUS_MACHINE, "no memory");
    free(path);
    return status;
}

int checklist_command(const struct screen *screen, FILE *err, struct failure *failure)
{
    struct objectives objectives = {.count = 0};
    struct student student = {.count = 0};
    int status = load_table(&objectives, failure);
    if (status == 0)
        status = student_open(&student, err, failure);
    if (status == 0)
        checklist_show(screen, &objectives, &student);
    student_close(&student);
    objectives_free(&objectives);
    return status;
}
