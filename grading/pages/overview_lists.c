/* Lists of the overview: who needs looking after, times, similar pairs. */
#include <stdlib.h>

#include "grading/pages/overview_parts.h"
#include "grading/pages/style.h"

#define PAIRS_MOST 60

/* --- who needs looking after --- */

typedef bool wanted_fn(const struct mark *mark);

static bool is_refused(const struct mark *mark)
{
    return overview_state(mark) == OVERVIEW_REFUSED;
}

static bool is_waiting(const struct mark *mark)
{
    return overview_state(mark) == OVERVIEW_WAITING;
}

static bool is_absent(const struct mark *mark)
{
    return overview_state(mark) == OVERVIEW_ABSENT;
}

static bool is_stranger(const struct mark *mark)
{
    return !mark->listed;
}

static size_t count(const struct overview_class *class, wanted_fn *wanted)
{
    size_t found = 0;
    for (size_t i = 0; i < class->count; i++)
        found += wanted(class->students[i].mark);
    return found;
}

static void put_list(FILE *out, const char *folder, const struct overview_class *class,
                     const char *title, wanted_fn *wanted, bool why)
{
    size_t found = count(class, wanted);
    if (!found)
        return;
    fprintf(out, "<section><h3>%s (%zu)</h3>\n<ul>\n", title, found);
    for (size_t i = 0; i < class->count; i++) {
        const struct mark *mark = class->students[i].mark;
        if (!wanted(mark))
            continue;
        fputs("<li>", out);
        overview_put_name(out, folder, mark);
        fputs(" <span class=\"faint\">", out);
        page_markup(out, page_words(mark->student), PAGE_NAME_MOST);
        fputs("</span>", out);
        if (why && mark->why && *mark->why) {
            fputs(": ", out);
            page_markup(out, page_words(mark->why), PAGE_HINT_MOST);
        }
        fputs("</li>\n", out);
    }
    fputs("</ul></section>\n", out);
}

void overview_lists(FILE *out, const char *folder, const struct overview_class *class)
{
    if (!count(class, is_refused) && !count(class, is_waiting) && !count(class, is_absent) &&
        (!class->roster || !count(class, is_stranger)))
        return;
    fputs("<h2>To look after</h2>\n<div class=\"split\">\n", out);
    put_list(out, folder, class, "Refused", is_refused, true);
    put_list(out, folder, class, "Not graded yet", is_waiting, true);
    put_list(out, folder, class, "Not handed in", is_absent, false);
    if (class->roster)
        put_list(out, folder, class, "Not on the roster", is_stranger, false);
    fputs("</div>\n", out);
}

/* --- times and tries --- */

void overview_times(FILE *out, struct overview_class *class)
{
    char middle[PAGE_NUMBER_SIZE], longest[PAGE_NUMBER_SIZE];
    int attempts = 0, infrastructure = 0, again = 0;
    for (size_t i = 0; i < class->count; i++) {
        attempts += class->students[i].attempts;
        infrastructure += class->students[i].infrastructure;
        again += class->students[i].tries > 1 ? class->students[i].tries - 1 : 0;
    }
    fputs("<h2>Attempts and time</h2>\n", out);
    fprintf(
        out,
        "<p>%d attempts are in the book. In %d of them the machine could not do it, which "
        "counts for nobody and against nobody. Further tries within the attempts that count: "
        "%d.",
        attempts, infrastructure, again);
    if (class->seconds.count)
        fprintf(out, " Grading one submission took %s s (median), %s s at most.",
                page_number(middle, overview_share(&class->seconds, 0.5)),
                page_number(longest, overview_share(&class->seconds, 1)));
    fputs("</p>\n", out);
    if (!class->roster)
        fputs("<p>There is no roster: nobody is missing whose submission is not here.</p>\n",
              out);
}

/* --- similar pairs --- */

static void put_method(FILE *out, const struct overview_similar *similar)
{
    if (similar->skeleton)
        fprintf(
            out,
            "<p>Everybody began with the lab's skeleton. So lines in which %d tokens or more "
            "in a row stand in the skeleton too were taken out of each submission first. What "
            "remains of each was compared with what remains of each other one, by sim_c: "
            "names, layout and comments make no difference to it. A figure says how much of "
            "what remains of one is found in the other.</p>\n",
            OVERVIEW_SKELETON_RUN);
    else
        fputs("<p class=\"note\">The lab's skeleton was not found. What it gives is counted as "
              "common, so that <b>everybody is alike</b>: these figures say little.</p>\n",
              out);
    fprintf(
        out,
        "<p>Compared: %zu submissions. Left out: %zu with fewer than %d tokens of their own, "
        "%zu larger than %zu KiB. Shown: pairs with %d %% or more. Short programs for the same "
        "task resemble one another, and so do those of people who learned from the same "
        "book: these are pairs to look at, and prove nothing.</p>\n",
        similar->compared, similar->brief, OVERVIEW_SIMILAR_TOKENS, similar->large,
        OVERVIEW_SOURCE_MOST >> 10, OVERVIEW_SIMILAR_FROM);
}

static void put_pair(FILE *out, const char *folder, const struct overview_class *class,
                     const struct overview_pair *pair)
{
    fputs("<tr><th scope=\"row\" class=\"name\">", out);
    overview_put_name(out, folder, class->students[pair->one].mark);
    fputs("</th><td class=\"name\">", out);
    overview_put_name(out, folder, class->students[pair->other].mark);
    fprintf(out, "</td><td class=\"number\">%d %%</td><td class=\"number\">%d %%</td></tr>\n",
            pair->of_one, pair->of_other);
}

static void put_pairs(FILE *out, const char *folder, const struct overview_class *class,
                      const struct overview_similar *similar)
{
    static const char *const columns[] = {"one", "other", "#of one in the other",
                                          "#of the other in one", NULL};
    if (!similar->count) {
        fputs("<p>There are no such pairs.</p>\n", out);
        return;
    }
    page_table(out, "pairs to look at");
    page_columns(out, columns);
    for (size_t i = 0; i < similar->count && i < PAIRS_MOST; i++)
        put_pair(out, folder, class, &similar->pairs[i]);
    page_table_end(out);
    if (similar->count > PAIRS_MOST)
        fprintf(out, "<p>And %zu more pairs, less alike.</p>\n", similar->count - PAIRS_MOST);
}

void overview_pairs(FILE *out, const char *folder, const struct overview_class *class,
                    const struct overview_similar *similar)
{
    static const char *const reasons[] = {
        [PAGE_MISSING] = "sim_c is not here (apt install similarity-tester)",
        [PAGE_LARGE] = "sim_c found more than can be read",
        [PAGE_BROKEN] = "sim_c failed",
        [PAGE_SLOW] = "sim_c was not done in time",
    };
    fputs("<h2>Pairs to look at</h2>\n", out);
    if (similar->ran != PAGE_RAN && !similar->count) {
        fprintf(out, "<p>Submissions were not compared: %s.</p>\n", reasons[similar->ran]);
        return;
    }
    put_method(out, similar);
    if (similar->ran != PAGE_RAN)
        fprintf(out, "<p class=\"note\">There may be further pairs: %s.</p>\n",
                reasons[similar->ran]);
    put_pairs(out, folder, class, similar);
}
