/* What sim_c finds, read from what it prints. See similar_work.h. */
#include "grading/pages/similar_work.h"

#include <stdlib.h>
#include <string.h>

#include "grading/pages/source.h"

#define SKELETON_SECONDS 8
#define COMPARE_SECONDS  15
#define OUTPUT_MOST      ((size_t)64 << 20)
#define MEMORY_MOST      ((size_t)2 << 30)
#define LINES_MOST       (OVERVIEW_SOURCE_MOST + 64)

/* --- running it --- */

/* Names go through its input: there may be more than an argument list holds. */
static enum page_ran compare(const struct overview_work *work, const char *const *arguments,
                             double seconds, const char *old, char **output)
{
    char *names = NULL;
    size_t size;
    FILE *list = open_memstream(&names, &size);
    *output = NULL;
    for (size_t i = 0; list && i < work->class->count; i++)
        if (work->taken[i])
            fprintf(list, "%zu.c\n", i);
    if (list && *old)
        fprintf(list, "/\n%s\n", old);
    if (!list || fclose(list) != 0)
        return PAGE_BROKEN;
    const struct page_program sim = {arguments, work->folder, names,
                                     seconds,   OUTPUT_MOST,  MEMORY_MOST};
    enum page_ran ran = page_run(&sim, output, &size);
    free(names);
    return ran;
}

/* The next line; *place moves on. Lines are cut into texts. */
static char *next_line(char **place)
{
    return *place ? strsep(place, "\n") : NULL;
}

/* --- without the skeleton --- */

/* "7.c: line 28-88   |skeleton.c: line 28-88 [229]" */
static void mark_gone(bool **gone, size_t count, const char *line)
{
    size_t student, from, to;
    if (sscanf(line, "%zu.c: line %zu-%zu", &student, &from, &to) != 3 || student >= count)
        return;
    if (!gone[student])
        gone[student] = calloc(LINES_MOST, sizeof **gone);
    for (size_t i = from; gone[student] && i > 0 && i <= to && i <= LINES_MOST; i++)
        gone[student][i - 1] = true;
}

static int remove_gone(const struct overview_work *work, bool **gone)
{
    char path[PATH_MAX];
    int answer = 0;
    for (size_t i = 0; i < work->class->count; i++) {
        overview_work_path(work, i, path);
        if (gone[i] && overview_without(path, gone[i], LINES_MOST) < 0)
            answer = -1;
        free(gone[i]);
    }
    return answer;
}

enum page_ran overview_take_out(struct overview_work *work)
{
    char run[16], *output, *place;
    snprintf(run, sizeof run, "%d", OVERVIEW_SKELETON_RUN);
    const char *const arguments[] = {"sim_c", "-n", "-S", "-T", "-r", run, "-i", NULL};
    bool **gone = calloc(work->class->count + 1, sizeof *gone);
    if (!gone)
        return PAGE_BROKEN;
    enum page_ran ran = compare(work, arguments, SKELETON_SECONDS, OVERVIEW_SKELETON, &output);
    place = ran == PAGE_RAN ? output : NULL;
    for (char *line; (line = next_line(&place)) != NULL;)
        mark_gone(gone, work->class->count, line);
    if (remove_gone(work, gone) < 0)
        ran = PAGE_BROKEN;
    free(gone);
    free(output);
    return ran;
}

/* --- pairs --- */

static int keep_pair(struct overview_similar *similar, size_t *room, struct overview_pair pair)
{
    if (similar->count == *room) {
        size_t more = *room ? 2 * *room : 256;
        struct overview_pair *pairs = realloc(similar->pairs, more * sizeof *pairs);
        if (!pairs)
            return -1;
        similar->pairs = pairs;
        *room = more;
    }
    similar->pairs[similar->count++] = pair;
    return 0;
}

/* "File 7.c: 412 tokens", "7.c consists for 61 % of 9.c material" */
static int read_line(struct overview_work *work, size_t *room, const char *line)
{
    size_t one, other, tokens, count = work->class->count;
    int percent;
    if (sscanf(line, "File %zu.c: %zu token", &one, &tokens) == 2 && one < count)
        work->tokens[one] = tokens;
    if (sscanf(line, "%zu.c consists for %d %% of %zu.c", &one, &percent, &other) != 3 ||
        one >= count || other >= count)
        return 0;
    bool turned = one > other;
    struct overview_pair pair = {turned ? other : one, turned ? one : other,
                                 turned ? 0 : percent, turned ? percent : 0};
    return keep_pair(work->similar, room, pair);
}

static int by_students(const void *a, const void *b)
{
    const struct overview_pair *one = a, *other = b;
    if (one->one != other->one)
        return one->one < other->one ? -1 : 1;
    return (one->other > other->other) - (one->other < other->other);
}

static int most_of(const struct overview_pair *pair)
{
    return pair->of_one > pair->of_other ? pair->of_one : pair->of_other;
}

static int by_percent(const void *a, const void *b)
{
    int difference = most_of(b) - most_of(a);
    return difference ? difference : by_students(a, b);
}

static bool enough(const struct overview_work *work, const struct overview_pair *pair)
{
    return work->tokens[pair->one] >= OVERVIEW_SIMILAR_TOKENS &&
           work->tokens[pair->other] >= OVERVIEW_SIMILAR_TOKENS;
}

/* Both directions of a pair become one; those of too few tokens go. */
static void join(struct overview_work *work)
{
    struct overview_pair *pairs = work->similar->pairs;
    size_t kept = 0;
    if (!pairs)
        return;
    qsort(pairs, work->similar->count, sizeof *pairs, by_students);
    for (size_t i = 0; i < work->similar->count; i++) {
        struct overview_pair *last = kept ? &pairs[kept - 1] : NULL;
        if (last && by_students(last, &pairs[i]) == 0) {
            last->of_one += pairs[i].of_one;
            last->of_other += pairs[i].of_other;
        } else if (enough(work, &pairs[i])) {
            pairs[kept++] = pairs[i];
        }
    }
    work->similar->count = kept;
    qsort(pairs, kept, sizeof *pairs, by_percent);
}

enum page_ran overview_find_pairs(struct overview_work *work)
{
    char from[16], *output, *place;
    size_t room = 0;
    snprintf(from, sizeof from, "%d", OVERVIEW_SIMILAR_FROM);
    const char *const arguments[] = {"sim_c", "-p", "-e", "-a", "-u", "-t", from, "-i", NULL};
    enum page_ran ran = compare(work, arguments, COMPARE_SECONDS, "", &output);
    place = output;
    for (char *line; (line = next_line(&place)) != NULL;)
        if (read_line(work, &room, line) < 0)
            ran = PAGE_BROKEN;
    join(work);
    free(output);
    return ran;
}
