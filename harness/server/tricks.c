/* Objects and texts of students, searched for what only tricks need. See tricks.h. */
#include "server/tricks.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- objects --- */

struct object {
    int file;
    Elf *elf;
};

static bool object_open(struct object *object, const char *path)
{
    elf_version(EV_CURRENT);
    object->file = open(path, O_RDONLY | O_CLOEXEC);
    object->elf = object->file < 0 ? NULL : elf_begin(object->file, ELF_C_READ, NULL);
    return object->elf && elf_kind(object->elf) == ELF_K_ELF;
}

static void object_close(struct object *object)
{
    if (object->elf)
        elf_end(object->elf);
    if (object->file >= 0)
        close(object->file);
}

/* For each symbol of an object: true ends it. */
typedef bool symbol_fn(const GElf_Sym *symbol, const char *name, void *context);

static bool symbols_of_section(Elf *elf, Elf_Scn *section, symbol_fn *found, void *context)
{
    GElf_Shdr header;
    GElf_Sym symbol;
    Elf_Data *data = elf_getdata(section, NULL);
    if (!data || !gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
        return false;
    for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
        const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);
        if (name && name[0] && found(&symbol, name, context))
            return true;
    }
    return false;
}

static bool symbols_each(const char *path, symbol_fn *found, void *context)
{
    struct object object;
    bool ended = false;
    if (object_open(&object, path))
        for (Elf_Scn *section = NULL; !ended && (section = elf_nextscn(object.elf, section));)
            ended = symbols_of_section(object.elf, section, found, context);
    object_close(&object);
    return ended;
}

static bool is_needed(const GElf_Sym *symbol, const char *name, void *context)
{
    return symbol->st_shndx == SHN_UNDEF && GELF_ST_BIND(symbol->st_info) == STB_GLOBAL &&
           strcmp(name, context) == 0;
}

struct search {
    const char *const *ours;
    char *what;
    size_t size;
};

/* The C library's own beginning needs these. */
static bool begins_programs(const char *name)
{
    static const char *const names[] = {"_start", "_init", "_fini", "__libc_start_main",
                                        "__libc_csu_init"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool takes_a_place(const GElf_Sym *symbol, const char *name, void *context)
{
    const struct search *search = context;
    bool taken = begins_programs(name) || GELF_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC;
    if (symbol->st_shndx == SHN_UNDEF || GELF_ST_BIND(symbol->st_info) == STB_LOCAL)
        return false;
    /* What the C library does not have either is there to be called. */
    bool library = !taken && dlsym(RTLD_DEFAULT, name);
    for (size_t i = 0; search->ours[i] && library && !taken; i++)
        taken = symbols_each(search->ours[i], is_needed, (void *)name);
    if (taken)
        snprintf(search->what, search->size,
                 "it defines %.60s, which the program that calls its functions needs itself",
                 name);
    return taken;
}

/* Constructors and destructors. */
static bool runs_by_itself(const char *path, char *what, size_t size)
{
    static const char *const names[] = {".init", ".fini", ".ctors", ".dtors", ".interp"};
    struct object object;
    size_t strings = 0;
    bool runs = false;
    bool well = object_open(&object, path) && elf_getshdrstrndx(object.elf, &strings) == 0;
    for (Elf_Scn *section = NULL;
         well && !runs && (section = elf_nextscn(object.elf, section));) {
        GElf_Shdr header;
        const char *name = gelf_getshdr(section, &header)
                               ? elf_strptr(object.elf, strings, header.sh_name)
                               : NULL;
        runs = name && (header.sh_type == SHT_INIT_ARRAY || header.sh_type == SHT_FINI_ARRAY ||
                        header.sh_type == SHT_PREINIT_ARRAY);
        for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
            runs = runs || strncmp(name, names[i], strlen(names[i])) == 0;
    }
    object_close(&object);
    if (runs)
        snprintf(what, size,
                 "it has a constructor or a destructor, which would run around the program "
                 "that calls its functions");
    return runs;
}

bool tricks_in_objects(const char *const *theirs, const char *const *ours, char *what,
                       size_t size)
{
    struct search search = {ours, what, size};
    for (size_t i = 0; theirs[i]; i++)
        if (runs_by_itself(theirs[i], what, size) ||
            symbols_each(theirs[i], takes_a_place, &search))
            return true;
    return false;
}

/* --- texts --- */

static const char *const words[] = {"no_sanitize", "no_address_safety", "disable_sanitizer",
                                    "__asan_",     "__ubsan_",          "__lsan_",
                                    "__sanitizer_"};

#define LONGEST 32 /* of these, and a little more */

/* In pieces, as it may be long; a word may lie across two of them. */
bool tricks_in_text(const char *path, char *what, size_t size)
{
    char text[LONGEST + 65536 + 1];
    size_t kept = 0;
    FILE *file = fopen(path, "re");
    bool found = false;
    for (size_t got; file && !found && (got = fread(text + kept, 1, 65536, file)) > 0;) {
        size_t length = kept + got;
        for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++)
            if ((found = memmem(text, length, words[i], strlen(words[i]))))
                snprintf(what, size, "%s", words[i]);
        kept = length < LONGEST ? length : LONGEST;
        memmove(text, text + length - kept, kept);
    }
    if (file)
        fclose(file);
    return found;
}
