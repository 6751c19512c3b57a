/* The report as one HTML page. See report.h. */
#include <string.h>

#include "base/markup.h"
#include "claims/machine.h"
#include "claims/report.h"
#include "claims/words.h"

/* On narrow screens every cell becomes a line of its own. */
static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>iolab: claims on I/O models, tested here</title>\n<style>\n"
    ":root { color-scheme: light dark; --paper: #fff; --ink: #222; --faint: #5c5f66;\n"
    "  --line: #ccc; --holds: #1b6e3c; --part: #7a5900; --fails: #a40000; --open: #4a5568 }\n"
    "@media (prefers-color-scheme: dark) { :root { --paper: #16181d; --ink: #e6e6e6;\n"
    "  --faint: #a5a9b3; --line: #4a4d55; --holds: #7ddc9a; --part: #f0c75e; --fails: "
    "#ff8a80;\n"
    "  --open: #b0b7c3 } }\n"
    "body { font: 1.05rem/1.5 sans-serif; margin: 0 auto; max-width: 76rem; padding: 1rem;\n"
    "  background: var(--paper); color: var(--ink); overflow-wrap: anywhere }\n"
    "h1 { font-size: 1.7rem; line-height: 1.2 }\n"
    "h2 { margin: 2rem 0 .5rem }\n"
    "table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }\n"
    "th, td { padding: .45rem .7rem .45rem 0; text-align: left; vertical-align: top }\n"
    "tbody { border-bottom: 1px solid var(--line) }\n"
    "td.outcome { font-weight: bold; width: 8.5rem; overflow-wrap: normal }\n"
    "td.measured { width: 19rem }\n"
    ".place, .how, .facts dt { color: var(--faint); font-size: .9rem; display: block }\n"
    "td.why { padding: 0 1rem .6rem 9.2rem; max-width: 50rem }\n"
    ".why p { margin: 0; border-left: .25rem solid var(--line); padding-left: .7rem }\n"
    ".facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));\n"
    "  gap: .3rem 1.5rem; margin: 1rem 0 }\n"
    ".facts dd { margin: 0 }\n"
    ".counts { display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; padding: 0; list-style: none "
    "}\n"
    ".counts b { font-size: 1.5rem }\n"
    ".holds { color: var(--holds) } .in_part { color: var(--part) }\n"
    ".does_not_hold { color: var(--fails) }\n"
    ".uncertain, .not_testable, .not_measured { color: var(--open) }\n"
    "@media (max-width: 48rem) {\n"
    "  thead { display: none } table, tbody, tr, td { display: block; width: auto !important "
    "}\n"
    "  td { padding: .15rem 0 } tbody { padding: .6rem 0 } td.why { padding: .4rem 0 } }\n"
    "</style></head><body>\n<h1>What is said of I/O models, tested here</h1>\n"
    "<p>The documents that this course comes from make these statements. Each was tested on\n"
    "this machine just now, by the experiment that stands beside it. A figure is the median "
    "of\n"
    "several rounds; in brackets stands the middle half of them. What is compared was "
    "measured\n"
    "in turns, round by round. Where a bound is so near that other rounds of the same run\n"
    "would decide otherwise, the outcome is <i>uncertain</i>. Servers were loaded over\n"
    "loopback, so that no network card has a part in any figure.</p>\n";

static void put_machine(FILE *out)
{
    struct machine_fact facts[MACHINE_FACTS_MOST];
    int count = machine_facts(facts);
    fputs("<dl class=\"facts\">\n", out);
    for (int i = 0; i < count; i++) {
        fprintf(out, "<div><dt>%s</dt><dd>", facts[i].name);
        markup_text(out, facts[i].text);
        fputs("</dd></div>\n", out);
    }
    fputs("</dl>\n", out);
}

static void put_counts(FILE *out, const struct results *results)
{
    fputs("<ul class=\"counts\">\n", out);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (results_with(results, (enum outcome)i) > 0)
            fprintf(out, "<li class=\"%s\"><b>%zu</b> %s</li>\n", outcome_name((enum outcome)i),
                    results_with(results, (enum outcome)i), outcome_words((enum outcome)i));
    fputs("</ul>\n", out);
}

static void put_element(FILE *out, const char *element, const char *class, const char *text)
{
    if (!text[0])
        return;
    fprintf(out, "<%s class=\"%s\">", element, class);
    markup_text(out, text);
    fprintf(out, "</%s>", element);
}

static void put_measured(FILE *out, const struct result *result)
{
    char text[WORDS_SIZE], about[2 * WORDS_SIZE];
    fputs("<td class=\"measured\">", out);
    words_measured(text, result);
    put_element(out, "b", "figure", text);
    words_bounds(text, result->claim);
    put_element(out, "span", "how", text);
    words_experiment(text, result->claim);
    put_element(out, "span", "how", text);
    words_about(about, result->claim);
    put_element(out, "span", "how", about);
    fputs("</td>", out);
}

static void put_reasons(FILE *out, const struct result *result)
{
    if (!result->verdict.why[0] && !words_explained(result))
        return;
    fputs("\n<tr><td class=\"why\" colspan=\"3\">", out);
    put_element(out, "p", "reason", result->verdict.why);
    if (words_explained(result))
        put_element(out, "p", "explained", result->claim->why);
    fputs("</td></tr>", out);
}

static void put_result(FILE *out, const struct result *result)
{
    const struct claim *claim = result->claim;
    fprintf(out, "<tbody id=\"%s\"><tr><td class=\"outcome %s\">%s</td><td>", claim->id,
            outcome_name(result->verdict.outcome), outcome_words(result->verdict.outcome));
    markup_text(out, claim->says);
    put_element(out, "span", "place", claim->place);
    fputs("</td>", out);
    put_measured(out, result);
    fputs("</tr>", out);
    put_reasons(out, result);
    fputs("</tbody>\n", out);
}

int claims_page(const struct results *results, FILE *out)
{
    const char *topic = NULL;
    fputs(head, out);
    put_machine(out);
    put_counts(out, results);
    for (size_t i = 0; i < results->count; i++) {
        const struct result *result = &results->items[i];
        if (result->claim->topic != topic) {
            topic = result->claim->topic;
            fputs(i ? "</table>\n<h2>" : "<h2>", out);
            markup_text(out, topic);
            fputs("</h2>\n<table><thead><tr><th>outcome</th><th>statement, and where it stands"
                  "</th><th>measured</th></tr></thead>\n",
                  out);
        }
        put_result(out, result);
    }
    fputs(results->count ? "</table>\n</body></html>\n" : "</body></html>\n", out);
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
