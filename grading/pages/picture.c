/* See picture.h. An SVG inside <img> runs no scripts and loads nothing. */
#include "grading/pages/picture.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/pages/folder.h"
#include "grading/pages/program.h"
#include "grading/pages/style.h"

#define PICTURE_MOST    ((size_t)256 << 10)
#define PICTURE_SECONDS 10

/* Of this attempt, in the batch's folder, and a plain file; else false. */
static bool find(const struct page_view *view, const struct page_check *check, char *path,
                 size_t size)
{
    const char *folder = view->result->recordings;
    struct stat found;
    if (!folder || folder[0] == '/' || strstr(folder, "..") || !view->options->folder)
        return false;
    int length =
        snprintf(path, size, "%s/%s/%s", view->options->folder, folder, check->recording);
    return length > 0 && (size_t)length < size && lstat(path, &found) == 0 &&
           S_ISREG(found.st_mode);
}

static enum page_ran draw(const struct page_view *view, const char *recording, char **svg,
                          size_t *size)
{
    char program[PATH_MAX + 16];
    *svg = NULL;
    if (view->options->show)
        snprintf(program, sizeof program, "%s", view->options->show);
    else if (page_programs(program, PATH_MAX) == 0)
        strcat(program, "/iolab-show");
    else
        return PAGE_MISSING;
    const char *const arguments[] = {program, "--export", "svg", "--", recording, NULL};
    const struct page_program run = {
        .arguments = arguments, .seconds = PICTURE_SECONDS, .output = PICTURE_MOST};
    enum page_ran ran = page_run(&run, svg, size);
    bool drawn = ran == PAGE_RAN && *svg && memmem(*svg, *size, "<svg", 4);
    return ran == PAGE_RAN && !drawn ? PAGE_BROKEN : ran;
}

static const char *missing(enum page_ran ran)
{
    static const char *const reasons[] = {
        [PAGE_MISSING] = "the program that draws it is not here",
        [PAGE_SLOW] = "it took too long to draw",
        [PAGE_LARGE] = "it is too large for a page",
        [PAGE_BROKEN] = "its recording cannot be drawn",
    };
    return reasons[ran];
}

static void put(FILE *out, const struct page_check *check, const char *svg, size_t size)
{
    fprintf(out,
            "<figure><div class=\"wide\" role=\"region\" aria-label=\"time line of check %02d\""
            " tabindex=\"0\"><img class=\"light\" alt=\"Time line of check %02d, ",
            check->number, check->number);
    page_markup(out, check->name, PAGE_NAME_MOST);
    fputs(". ", out);
    page_markup(out, page_words(check->message), PAGE_EVENT_MOST);
    fputs("\" src=\"", out);
    page_data(out, svg, size);
    fputs(
        "\"/></div><figcaption>Where your server waited and copied: a row for each thread and "
        "each connection.</figcaption></figure>\n",
        out);
}

static void put_missing(FILE *out, const char *reason)
{
    fprintf(out, "<p class=\"faint\">The picture of the time line is left out: %s.</p>\n",
            reason);
}

/* The check whose picture is this one already; 0. */
static int shown(const struct page_pictures *pictures, const char *recording)
{
    for (int i = 0; i < pictures->count; i++)
        if (strcmp(pictures->shown[i], recording) == 0)
            return pictures->check[i];
    return 0;
}

void page_picture(FILE *out, const struct page_view *view, const struct page_check *check,
                  struct page_pictures *pictures)
{
    char path[PATH_MAX], *svg = NULL;
    size_t size = 0;
    if (!view->options->pictures || check->status != PAGE_FAIL || !check->recording[0])
        return;
    int earlier = shown(pictures, check->recording);
    if (earlier)
        fprintf(out,
                "<p class=\"faint\">Its time line is <a href=\"#check-%d\">the picture of "
                "check %02d</a>.</p>\n",
                earlier, earlier);
    if (earlier || pictures->count == PAGE_PICTURES)
        return;
    strcpy(pictures->shown[pictures->count], check->recording);
    pictures->check[pictures->count++] = check->number;
    if (!find(view, check, path, sizeof path)) {
        put_missing(out, "its recording was not kept");
        return;
    }
    enum page_ran ran = draw(view, path, &svg, &size);
    if (ran == PAGE_RAN)
        put(out, check, svg, size);
    else
        put_missing(out, missing(ran));
    free(svg);
}
