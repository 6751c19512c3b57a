/* Where functions begin. See symbols.h. */
#include "trace/symbols.h"

#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    uint64_t address;
    const struct function *function;
};

struct range {
    uint64_t begin, end;
};

struct symbols {
    struct place *places; /* ordered by address */
    size_t count, room;
    struct range *ranges; /* of code, ordered */
    size_t range_count, range_room;
    bool failed;
};

/* One line of /proc/PID/maps. */
struct mapping {
    uint64_t begin, end, offset;
    unsigned long inode;
    bool code;
    char path[PATH_MAX];
};

/* --- growing --- */

static void *grown(struct symbols *symbols, void *old, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return old;
    size_t wanted = *room ? *room * 2 : 64;
    void *larger = realloc(old, wanted * size);
    if (!larger) {
        symbols->failed = true;
        return NULL;
    }
    *room = wanted;
    return larger;
}

static void add_place(struct symbols *symbols, uint64_t address,
                      const struct function *function)
{
    struct place *places =
        grown(symbols, symbols->places, symbols->count, &symbols->room, sizeof *places);
    if (!places)
        return;
    symbols->places = places;
    places[symbols->count++] = (struct place){address, function};
}

static void add_range(struct symbols *symbols, const struct mapping *mapping)
{
    struct range *ranges = grown(symbols, symbols->ranges, symbols->range_count,
                                 &symbols->range_room, sizeof *ranges);
    if (!ranges)
        return;
    symbols->ranges = ranges;
    ranges[symbols->range_count++] = (struct range){mapping->begin, mapping->end};
}

/* --- one file --- */

static int open_to_read(const char *path)
{
    return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Opened as the program sees it, and only when it is still the file that is mapped. In a chroot the
   kernel tells names from outside it; then root may ask for what is mapped there. */
static int open_mapped(pid_t pid, const struct mapping *mapping)
{
    char path[PATH_MAX + 32];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d/root%s", pid, mapping->path);
    int file = open_to_read(path);
    if (file < 0) {
        snprintf(path, sizeof path, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, pid,
                 mapping->begin, mapping->end);
        file = open_to_read(path);
    }
    if (file < 0)
        return -1;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_ino == mapping->inode)
        return file;
    close(file);
    return -1;
}

/* What is to be added to addresses in the file; and does it need a loader? */
static bool read_segments(Elf *elf, const struct mapping *mapping, uint64_t *bias, bool *loaded)
{
    size_t count;
    bool found = false;
    *loaded = false;
    if (elf_getphdrnum(elf, &count) < 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (!gelf_getphdr(elf, (int)i, &segment))
            return false;
        *loaded = *loaded || segment.p_type == PT_INTERP;
        if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X) ||
            mapping->offset >= segment.p_offset + segment.p_filesz ||
            segment.p_offset >= mapping->offset + (mapping->end - mapping->begin))
            continue;
        *bias = mapping->begin - mapping->offset + segment.p_offset - segment.p_vaddr;
        found = true;
    }
    return found;
}

static void read_table(struct symbols *symbols, Elf *elf, Elf_Scn *section, uint64_t bias)
{
    GElf_Shdr header;
    Elf_Data *data = elf_getdata(section, NULL);
    if (!data || !gelf_getshdr(section, &header) || !header.sh_entsize)
        return;
    for (int i = 0; i < (int)(header.sh_size / header.sh_entsize); i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, i, &symbol))
            return;
        const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);
        if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF || !name)
            continue;
        const struct function *function = function_find(name);
        if (function)
            add_place(symbols, symbol.st_value + bias, function);
    }
}

/*
 * A program that is loaded with libraries has functions of its own that may be called like some
 * of theirs; only those that it offers to all (a malloc of its own) stand for them.
 */
static void read_tables(struct symbols *symbols, Elf *elf, const struct mapping *mapping,
                        bool is_program)
{
    uint64_t bias = 0;
    bool loaded;
    GElf_Shdr header;
    if (!read_segments(elf, mapping, &bias, &loaded))
        return;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));)
        if (gelf_getshdr(section, &header) &&
            (header.sh_type == SHT_DYNSYM ||
             (header.sh_type == SHT_SYMTAB && !(is_program && loaded))))
            read_table(symbols, elf, section, bias);
}

static void read_file(struct symbols *symbols, pid_t pid, const struct mapping *mapping,
                      unsigned long program)
{
    int file = open_mapped(pid, mapping);
    if (file < 0)
        return;
    Elf *elf = elf_begin(file, ELF_C_READ, NULL);
    if (elf && elf_kind(elf) == ELF_K_ELF)
        read_tables(symbols, elf, mapping, mapping->inode == program);
    elf_end(elf);
    close(file);
}

/* --- the program --- */

static bool parse(const char *line, struct mapping *mapping)
{
    char access[8];
    int path = 0;
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %lu %n", &mapping->begin,
               &mapping->end, access, &mapping->offset, &mapping->inode, &path) < 5)
        return false;
    mapping->code = strchr(access, 'x') != NULL;
    snprintf(mapping->path, sizeof mapping->path, "%.*s",
             path ? (int)strcspn(line + path, "\n") : 0, line + path);
    return true;
}

static void read_maps(struct symbols *symbols, pid_t pid, FILE *maps)
{
    char path[64], *line = NULL;
    size_t size = 0;
    struct stat program = {0};
    struct mapping mapping;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    if (stat(path, &program) < 0)
        program.st_ino = 0;
    while (getline(&line, &size, maps) > 0 && !symbols->failed) {
        if (!parse(line, &mapping) || !mapping.code)
            continue;
        add_range(symbols, &mapping);
        if (mapping.inode && mapping.path[0] == '/')
            read_file(symbols, pid, &mapping, program.st_ino);
    }
    free(line);
}

static int by_address(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return strcmp(a->function->symbol, b->function->symbol);
}

static void begin_library(void)
{
    elf_version(EV_CURRENT);
}

struct symbols *symbols_read(pid_t pid)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char path[64];
    pthread_once(&once, begin_library);
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *maps = fopen(path, "re");
    struct symbols *symbols = maps ? calloc(1, sizeof *symbols) : NULL;
    if (symbols) {
        read_maps(symbols, pid, maps);
        if (symbols->count)
            qsort(symbols->places, symbols->count, sizeof *symbols->places, by_address);
    }
    if (maps)
        fclose(maps);
    if (symbols && symbols->failed) {
        symbols_free(symbols);
        return NULL;
    }
    return symbols;
}

void symbols_free(struct symbols *symbols)
{
    if (!symbols)
        return;
    free(symbols->places);
    free(symbols->ranges);
    free(symbols);
}

const struct function *symbols_at(const struct symbols *symbols, uint64_t address)
{
    size_t low = 0, high = symbols->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (symbols->places[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    bool here = low < symbols->count && symbols->places[low].address == address;
    return here ? symbols->places[low].function : NULL;
}

bool symbols_know(const struct symbols *symbols, uint64_t address)
{
    for (size_t i = 0; i < symbols->range_count; i++)
        if (symbols->ranges[i].begin <= address && address < symbols->ranges[i].end)
            return true;
    return false;
}

size_t symbols_count(const struct symbols *symbols)
{
    return symbols->count;
}
