/*
 * The sanitizer's pass: what AddressSanitizer, LeakSanitizer and UBSan wrote becomes one
 * verdict that names kind, place and function in the student's own files.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "judge/evidence.h"
#include "judge/words.h"

#define ERRORS_MOST 3

/* One error; texts are cut to what a message wants. */
struct fault {
    char kind[96];  /* "heap-buffer-overflow", "runtime error: …" */
    char act[32];   /* "writing 1 byte" */
    char place[96]; /* "0 bytes past the end of a 1024-byte block" */
    char function[64];
    char where[96]; /* "server.c:41" */
};

struct faults {
    struct fault items[ERRORS_MOST];
    size_t count;
    const char *const *files;
};

static void copy_until(char *to, size_t size, const char *from, const char *ends)
{
    size_t length = strcspn(from, ends);
    if (length >= size)
        length = size - 1;
    for (size_t i = 0; i < length; i++)
        to[i] = isprint((unsigned char)from[i]) ? from[i] : '?';
    to[length] = '\0';
}

/* The student's file of this base name, or NULL. `path` ends at a colon. */
static const char *own_file(const struct faults *faults, const char *path, size_t length)
{
    const char *base = path;
    for (size_t i = 0; i < length; i++)
        if (path[i] == '/')
            base = path + i + 1;
    size_t size = length - (size_t)(base - path);
    for (size_t i = 0; faults->files && faults->files[i]; i++) {
        const char *name = strrchr(faults->files[i], '/');
        name = name ? name + 1 : faults->files[i];
        if (strlen(name) == size && strncmp(name, base, size) == 0)
            return name;
    }
    return NULL;
}

/* "/path/server.c:41:7": true, and "server.c:41", when the file is the student's. */
static bool read_place(const struct faults *faults, const char *text, char *where, size_t size)
{
    size_t length = strcspn(text, ":\n");
    const char *name = text[length] == ':' ? own_file(faults, text, length) : NULL;
    if (!name || !isdigit((unsigned char)text[length + 1]))
        return false;
    snprintf(where, size, "%s:%ld", name, strtol(text + length + 1, NULL, 10));
    return true;
}

/* "    #1 0x55d in echo /path/server.c:41:7" */
static void read_frame(const struct faults *faults, struct fault *fault, const char *line)
{
    const char *in = strstr(line, " in ");
    const char *path = in ? strchr(in + 4, ' ') : NULL;
    if (path && !fault->function[0] &&
        read_place(faults, path + 1, fault->where, sizeof fault->where))
        copy_until(fault->function, sizeof fault->function, in + 4, " (\n");
}

static const char *side_of(const char *line)
{
    if (strstr(line, "left of") || strstr(line, "before"))
        return "before the start";
    return strstr(line, "inside") ? "inside" : "past the end";
}

/* "0x6 is located 3 bytes to the right of 1024-byte region [0x6,0x7)" and its relatives. */
static void read_located(struct fault *fault, const char *line)
{
    long distance = strtol(line, NULL, 10);
    const char *region = strstr(line, "-byte region");
    char much[32] = "just ";
    while (region && region > line && isdigit((unsigned char)region[-1]))
        region--;
    if (!region)
        return;
    if (distance)
        snprintf(much, sizeof much, "%ld byte%s ", distance, distance == 1 ? "" : "s");
    snprintf(fault->place, sizeof fault->place, "%s%s of a %s%ld-byte block", much,
             side_of(line), strstr(fault->kind, "free") ? "freed " : "",
             strtol(region, NULL, 10));
}

/* "  [32, 96) 'buffer' (line 12) <== Memory access at offset 96 overflows this variable" */
static void read_variable(struct fault *fault, const char *line)
{
    char name[48];
    const char *quote = strchr(line, '\'');
    if (!quote || fault->place[0])
        return;
    copy_until(name, sizeof name, quote + 1, "'\n");
    snprintf(fault->place, sizeof fault->place, "outside the variable '%s'", name);
}

static void read_access(struct fault *fault, const char *line)
{
    bool write = strncmp(line, "WRITE", 5) == 0;
    const char *size = strstr(line, "of size ");
    if (!size)
        return;
    long bytes = strtol(size + 8, NULL, 10);
    snprintf(fault->act, sizeof fault->act, "%s %ld byte%s", write ? "writing" : "reading",
             bytes, bytes == 1 ? "" : "s");
}

/* A line within a report of AddressSanitizer, behind its heading. */
static void read_line(const struct faults *faults, struct fault *fault, const char *line)
{
    size_t indent = strspn(line, " ");
    const char *located = strstr(line, " is located ");
    if (line[indent] == '#' && !fault->function[0])
        read_frame(faults, fault, line);
    else if (strncmp(line, "READ of", 7) == 0 || strncmp(line, "WRITE of", 8) == 0)
        read_access(fault, line);
    else if (located && isdigit((unsigned char)located[12]))
        read_located(fault, located + 12);
    else if ((located && strstr(line, "global variable")) || (strstr(line, "<== ") && !located))
        read_variable(fault, line);
}

static bool same(const struct fault *a, const struct fault *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->where, b->where) == 0;
}

static void keep(struct faults *faults, const struct fault *fault)
{
    if (!fault->kind[0] || faults->count == ERRORS_MOST)
        return;
    for (size_t i = 0; i < faults->count; i++)
        if (same(&faults->items[i], fault))
            return;
    faults->items[faults->count++] = *fault;
}

/* "attempting double-free on …" is named by what was attempted. */
static void begin_address(struct fault *fault, const char *kind)
{
    static const char attempting[] = "attempting ";
    if (strncmp(kind, attempting, sizeof attempting - 1) == 0)
        kind += sizeof attempting - 1;
    copy_until(fault->kind, sizeof fault->kind, kind, " :");
}

/* Does an error begin in this line? Then its kind, and for UBSan its place. */
static bool begins(const struct faults *faults, const char *line, struct fault *fault)
{
    static const char address_error[] = "ERROR: AddressSanitizer: ";
    static const char runtime_error[] = ": runtime error: ", leaked[] = "Direct leak of ";
    const char *address = strstr(line, address_error), *runtime = strstr(line, runtime_error);
    *fault = (struct fault){0};
    if (address) {
        begin_address(fault, address + sizeof address_error - 1);
    } else if (runtime) {
        copy_until(fault->kind, sizeof fault->kind, runtime + sizeof runtime_error - 1, "");
        read_place(faults, line, fault->where, sizeof fault->where);
    } else if (strncmp(line, leaked, sizeof leaked - 1) == 0) {
        snprintf(fault->kind, sizeof fault->kind, "memory leak of %lld bytes",
                 strtoll(line + sizeof leaked - 1, NULL, 10));
    }
    return fault->kind[0] != '\0';
}

static void read_report(struct faults *faults, const char *text)
{
    struct fault fault = {0}, next;
    while (*text) {
        const char *end = strchr(text, '\n');
        char line[1024] = "";
        copy_until(line, sizeof line, text, "\n");
        if (begins(faults, line, &next)) {
            keep(faults, &fault);
            fault = next;
        } else if (fault.kind[0]) {
            read_line(faults, &fault, line);
        }
        text = end ? end + 1 : text + strlen(text);
    }
    keep(faults, &fault);
}

static void put_fault(FILE *out, const struct fault *fault)
{
    fputs(fault->kind, out);
    if (fault->act[0] || fault->place[0])
        fprintf(out, ": %s%s%s", fault->act, fault->act[0] && fault->place[0] ? " " : "",
                fault->place);
    if (fault->function[0])
        fprintf(out, ", in %s()", fault->function);
    if (fault->where[0])
        fprintf(out, " at %s", fault->where);
    else
        fputs(", not in a line of your files", out);
}

static char *message_of(const struct faults *faults)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    for (size_t i = 0; i < faults->count; i++) {
        fputs(i ? "\n" : "", out);
        put_fault(out, &faults->items[i]);
    }
    fclose(out);
    return text;
}

struct verdict *judge_sanitizer(const struct manifest *manifest, char *const *reports,
                                const char *const *files)
{
    struct faults faults = {.files = files};
    struct verdict *verdict =
        verdict_new(SANITIZER_NUMBER, SANITIZER_NAME, manifest->sanitizer_points);
    if (!verdict)
        return NULL;
    if (!reports)
        verdict_set(verdict, VERDICT_NOT_OBSERVED,
                    words_format("no check ran on the sanitizer's build"), NULL);
    for (size_t i = 0; reports && reports[i]; i++)
        read_report(&faults, reports[i]);
    if (faults.count)
        verdict_set(verdict, VERDICT_FAIL, message_of(&faults), manifest->sanitizer_hints);
    return verdict;
}
