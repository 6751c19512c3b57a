/* Tables of the overview: the class, the checks. */
#include <limits.h>
#include <unistd.h>

#include "grading/pages/folder.h"
#include "grading/pages/overview_parts.h"
#include "grading/pages/style.h"
#include "grading/pages/sum.h"

/* --- states --- */

enum overview_state overview_state(const struct mark *mark)
{
    if (mark->attempt > 0)
        return mark->state == RESULT_REFUSED ? OVERVIEW_REFUSED : OVERVIEW_GRADED;
    return mark->submitted ? OVERVIEW_WAITING : OVERVIEW_ABSENT;
}

const char *overview_state_word(enum overview_state state)
{
    static const char *const words[] = {
        [OVERVIEW_GRADED] = "graded",
        [OVERVIEW_REFUSED] = "refused",
        [OVERVIEW_WAITING] = "not graded yet",
        [OVERVIEW_ABSENT] = "not handed in",
    };
    return words[state];
}

size_t overview_with(const struct overview_class *class, enum overview_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < class->count; i++)
        count += overview_state(class->students[i].mark) == state;
    return count;
}

/* --- the class --- */

void overview_put_name(FILE *out, const char *folder, const struct mark *mark)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/pages/%s/index.html", folder, mark->student);
    bool linked = page_is_key(mark->student) && access(path, F_OK) == 0;
    if (linked)
        fprintf(out, "<a href=\"../pages/%s/index.html\">", mark->student);
    fputs("<bdi>", out);
    page_markup(out, page_words(mark->name && *mark->name ? mark->name : mark->student),
                PAGE_NAME_MOST);
    fputs(linked ? "</bdi></a>" : "</bdi>", out);
}

static void put_number(FILE *out, bool known, double number)
{
    char text[PAGE_NUMBER_SIZE];
    fprintf(out, "<td class=\"number\">%s</td>", known ? page_number(text, number) : "-");
}

static void put_late(FILE *out, const struct mark *mark)
{
    char days[PAGE_NUMBER_SIZE], points[PAGE_NUMBER_SIZE];
    if (mark->attempt > 0 && mark->days > 0)
        fprintf(out, "<td class=\"number\">%s d, −%s</td>", page_number(days, mark->days),
                page_number(points, mark->penalty));
    else
        fputs("<td class=\"number\">-</td>", out);
}

/* What is refused is refused on any machine. */
static void put_tier(FILE *out, const struct overview_student *student)
{
    bool known = student->mark->attempt > 0 && student->box && student->limits;
    if (!known || overview_state(student->mark) != OVERVIEW_GRADED) {
        fputs("<td>-</td>", out);
        return;
    }
    fputs(student->mark->official ? "<td>official" : "<td class=\"fail\">not official (", out);
    if (!student->mark->official) {
        page_markup(out, page_words(student->box), 40);
        fputs(", ", out);
        page_markup(out, page_words(student->limits), 40);
        fputs(")", out);
    }
    fputs("</td>", out);
}

static void put_student(FILE *out, const char *folder, const struct overview_student *student)
{
    const struct mark *mark = student->mark;
    fputs("<tr><th scope=\"row\" class=\"name\">", out);
    overview_put_name(out, folder, mark);
    fputs("</th><td class=\"key\">", out);
    page_markup(out, page_words(mark->student), PAGE_NAME_MOST);
    fputs("</td>", out);
    put_number(out, page_has_mark(mark), mark->mark);
    put_number(out, mark->attempt > 0, mark->points);
    put_late(out, mark);
    fprintf(out, "<td>%s%s</td>", overview_state_word(overview_state(mark)),
            mark->overridden ? ", set by hand" : "");
    put_tier(out, student);
    put_number(out, student->attempts > 0, student->attempts);
    put_number(out, student->attempts > 0, student->infrastructure);
    fputs("</tr>\n", out);
}

void overview_table_class(FILE *out, const char *folder, const struct overview_class *class)
{
    static const char *const columns[] = {"name",    "student",   "#mark",
                                          "#points", "#late",     "state",
                                          "tier",    "#attempts", "#lost by the machine",
                                          NULL};
    page_table(out, "the class");
    page_columns(out, columns);
    for (size_t i = 0; i < class->count; i++)
        put_student(out, folder, &class->students[i]);
    page_table_end(out);
}

/* --- the checks --- */

static void put_check(FILE *out, struct overview_check *check)
{
    size_t undecided = check->counts[PAGE_ERROR] + check->counts[PAGE_UNSEEN];
    double share = overview_passed(check);
    fprintf(out, "<tr><td class=\"number\">%02d</td><th scope=\"row\" class=\"name\">",
            check->number);
    page_markup(out, page_words(check->name), PAGE_NAME_MOST);
    fputs(check->hidden ? " <span class=\"faint\">(hidden)</span></th>" : "</th>", out);
    fprintf(out, "<td class=\"number\">%zu</td><td class=\"number\">%zu</td>",
            check->counts[PAGE_PASS], check->counts[PAGE_FAIL]);
    fprintf(out, "<td class=\"number\">%zu</td>", undecided);
    if (share >= 0)
        fprintf(out, "<td class=\"number\">%.0f %%</td>", 100 * (1 - share));
    else
        fputs("<td class=\"number\">-</td>", out);
    bool timed = check->seconds.count > 0;
    put_number(out, timed, overview_share(&check->seconds, 0.5));
    put_number(out, timed, overview_share(&check->seconds, 1));
    fputs("</tr>\n", out);
}

void overview_table_checks(FILE *out, const struct overview_class *class)
{
    static const char *const columns[] = {"#check",     "name",        "#passed",
                                          "#failed",    "#undecided",  "#share failed",
                                          "#median, s", "#longest, s", NULL};
    fputs("<p>Undecided: this machine could not observe it. Times are those of one run of the "
          "check; rules and memory have none of their own.</p>\n",
          out);
    page_table(out, "all checks");
    page_columns(out, columns);
    for (size_t i = 0; i < class->check_count; i++)
        put_check(out, &class->checks[i]);
    page_table_end(out);
}
