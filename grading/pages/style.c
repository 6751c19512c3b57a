/* See style.h. The markup is well-formed XML too, so that any parser can test it. */
#include "grading/pages/style.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\"/>\n"
    "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>";

static const char style[] =
    "* { box-sizing: border-box }\n"
    "body { font: 1rem/1.5 system-ui, 'DejaVu Sans', sans-serif; margin: 0;\n"
    "  background: var(--paper); color: var(--ink); overflow-wrap: anywhere }\n"
    "main { max-width: 66rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }\n"
    "h1 { font-size: 1.8rem; line-height: 1.2; margin: .1rem 0 .4rem }\n"
    "h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.4rem 0 .7rem }\n"
    "h3 { font-size: 1.1rem; margin: 1.6rem 0 .5rem }\n"
    "h4 { font-size: 1rem; margin: 0; font-weight: 600 }\n"
    "h5 { font-size: .92rem; margin: .9rem 0 .25rem }\n"
    "p { margin: .4rem 0 }\n"
    "a { color: var(--link) }\n"
    "pre { font: .88rem/1.45 ui-monospace, 'DejaVu Sans Mono', monospace; margin: .3rem 0;\n"
    "  padding: .6rem .8rem; overflow-x: auto; background: var(--paper);\n"
    "  border: 1px solid var(--line); border-radius: .3rem }\n"
    "code { font: .92em ui-monospace, 'DejaVu Sans Mono', monospace }\n"
    ".faint { color: var(--faint) }\n"
    ".pass { color: var(--good) } .fail { color: var(--bad) }\n"
    ".error, .not_observed, .doubt { color: var(--doubt) }\n"
    ".lines { white-space: pre-line }\n"
    ".only { position: absolute; width: 1px; height: 1px; overflow: hidden;\n"
    "  clip-path: inset(50%); white-space: nowrap }\n"
    ".wide { overflow-x: auto }\n"
    "table { border-collapse: collapse; font-variant-numeric: tabular-nums }\n"
    "th, td { padding: .32rem 1rem .32rem 0; text-align: left; vertical-align: top;\n"
    "  border-bottom: 1px solid var(--line) }\n"
    "th { font-weight: 600 } thead th { color: var(--faint); font-size: .9rem }\n"
    "th { overflow-wrap: break-word } tbody th { font-weight: normal }\n"
    ".number { text-align: right; white-space: nowrap }\n"
    ".class td { overflow-wrap: break-word }\n"
    ".class .key, .class .number { white-space: nowrap }\n"
    ".class thead .number { white-space: normal; min-width: 4rem; max-width: 6.5rem }\n"
    ".class thead th { vertical-align: bottom }\n"
    ".class tbody .name { white-space: normal; overflow-wrap: anywhere; min-width: 11rem; "
    "max-width: 22rem }\n"
    ".note { border-left: .3rem solid var(--doubt); background: var(--card);\n"
    "  padding: .6rem 1rem; margin: 1rem 0 }\n"
    ".note.bad { border-color: var(--bad) }\n"
    ".card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;\n"
    "  padding: 1rem 1.3rem }\n"
    ".mark { display: flex; flex-wrap: wrap; gap: .6rem 3rem; align-items: center }\n"
    ".big { font-size: 1.2rem; margin: 0 } .big b { font-size: 3.2rem; line-height: 1.1 }\n"
    ".facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));\n"
    "  gap: .5rem 1.5rem; margin: 1rem 0 }\n"
    ".facts dt { color: var(--faint); font-size: .9rem } .facts dd { margin: 0 }\n"
    ".chips { display: flex; flex-wrap: wrap; gap: .3rem; max-width: 30rem }\n"
    ".chip { border: 1px solid currentColor; border-radius: .3rem; padding: 0 .35rem;\n"
    "  text-decoration: none; font-size: .9rem; white-space: nowrap }\n"
    ".check { border-top: 1px solid var(--line); padding: .45rem 0 }\n"
    ".check.fail, .check.error { color: inherit; background: var(--card); margin: .6rem 0;\n"
    "  padding: .8rem 1rem; border: 1px solid var(--line);\n"
    "  border-left: .3rem solid var(--bad); border-radius: .3rem }\n"
    ".check.flat { background: none; border-width: 1px 0 0; border-radius: 0; margin: 0;\n"
    "  padding: .45rem 0 }\n"
    ".check.error { border-left-color: var(--doubt) }\n"
    ".check.pass, .check.not_observed { color: inherit }\n"
    ".line { display: flex; flex-wrap: wrap; gap: 0 .8rem; align-items: baseline }\n"
    ".line .status { min-width: 5.2rem; font-weight: 600 }\n"
    ".line h4 { flex: 1 1 14rem; min-width: 0 }\n"
    ".pass .line h4 { font-weight: normal }\n"
    ".hint { border-left: .2rem solid var(--line); padding-left: .7rem }\n"
    "summary { cursor: pointer; color: var(--link); margin: .4rem 0 }\n"
    ".events { width: 100% } .events td { border: 0; padding: .1rem .8rem .1rem 0 }\n"
    ".events .number { width: 6rem }\n"
    "figure { margin: .8rem 0 } figcaption { color: var(--faint); font-size: .9rem }\n"
    "figure img { display: block; width: 100%; min-width: 42rem; height: auto }\n"
    ".light { background: #fff; border-radius: .3rem }\n"
    ".split { display: flex; flex-wrap: wrap; gap: 0 3rem } .split > * { flex: 1 1 18rem }\n"
    "footer { color: var(--faint); font-size: .9rem; margin-top: 3rem }\n"
    "@media (max-width: 60rem) { .class td { white-space: nowrap } }\n"
    "@media (max-width: 30rem) { main { padding: 1rem .8rem 2rem } h1 { font-size: 1.45rem }\n"
    "  .mark, .check.fail { padding: .7rem .8rem } .big b { font-size: 2.6rem }\n"
    "  th, td { padding-right: .7rem } .line .number { margin-left: auto }\n"
    "  .line h4 { flex-basis: 100%; order: 1 } }\n"
    "@media print { body { font-size: 10pt } main { max-width: none; padding: 0 }\n"
    "  details::details-content { content-visibility: visible; display: block }\n"
    "  summary { color: var(--ink) } a { color: inherit; text-decoration: none }\n"
    "  pre { white-space: pre-wrap; overflow: visible } .wide { overflow: visible }\n"
    "  figure img { min-width: 0 }\n"
    "  .card, .note, figure, tr, .line { break-inside: avoid }\n"
    "  h2, h3, h4, h5 { break-after: avoid } }\n"
    "</style></head>\n<body><main>\n";

/* On paper it is light, whatever the screen is. */
static void put_colours(FILE *out)
{
    fputs(":root { color-scheme: light dark;", out);
#define X(name, light, dark) fputs(" --" #name ": " light ";", out);
    PAGE_COLOURS(X)
#undef X
    fputs(" }\n@media screen and (prefers-color-scheme: dark) { :root {", out);
#define X(name, light, dark) fputs(" --" #name ": " dark ";", out);
    PAGE_COLOURS(X)
#undef X
    fputs(" } }\n", out);
}

void page_head(FILE *out, struct page_words title)
{
    fputs(head, out);
    page_markup(out, title, PAGE_NAME_MOST);
    fputs("</title>\n<style>\n", out);
    put_colours(out);
    fputs(style, out);
}

void page_foot(FILE *out)
{
    fputs("</main></body></html>\n", out);
}

void page_markup(FILE *out, struct page_words words, size_t most)
{
    page_put(out, words, most, PAGE_MARKUP);
}

void page_element(FILE *out, const char *element, const char *class, struct page_words words,
                  size_t most)
{
    if (!words.size)
        return;
    fprintf(out, "<%s class=\"%s\">", element, class);
    page_put(out, words, most, PAGE_MARKUP | PAGE_LINES);
    fprintf(out, "</%s>\n", element);
}

void page_put_status(FILE *out, enum page_status status)
{
    fprintf(out, "<span class=\"status %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
            page_status_name(status), page_status_sign(status), page_status_word(status));
}

void page_table(FILE *out, const char *label)
{
    fprintf(out,
            "<div class=\"wide\" role=\"region\" aria-label=\"%s\" tabindex=\"0\">"
            "<table class=\"class\">\n",
            label);
}

void page_columns(FILE *out, const char *const *columns)
{
    fputs("<thead><tr>", out);
    for (int i = 0; i < 16 && columns[i]; i++)
        if (columns[i][0] == '#')
            fprintf(out, "<th scope=\"col\" class=\"number\">%s</th>", columns[i] + 1);
        else
            fprintf(out, "<th scope=\"col\">%s</th>", columns[i]);
    fputs("</tr></thead>\n<tbody>\n", out);
}

void page_table_end(FILE *out)
{
    fputs("</tbody></table></div>\n", out);
}

void page_data(FILE *out, const char *svg, size_t size)
{
    unsigned char *text = size < INT_MAX / 2 ? malloc(size / 3 * 4 + 8) : NULL;
    fputs("data:image/svg+xml;base64,", out);
    if (text) {
        int length = EVP_EncodeBlock(text, (const unsigned char *)svg, (int)size);
        fwrite(text, 1, (size_t)length, out);
    }
    free(text);
}
