/* See source.h. */
#include "grading/pages/source.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_source(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && dot > entry->d_name && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
}

/* A plain file to read, not a pipe that would keep us waiting; -1. */
static int open_plain(int folder, const char *name)
{
    struct stat found;
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0 && (fstat(file, &found) < 0 || !S_ISREG(found.st_mode))) {
        close(file);
        return -1;
    }
    return file;
}

/* Adds a file; how much there is room for then. */
static size_t add(int folder, const char *name, FILE *out, size_t room)
{
    char piece[1 << 14];
    ssize_t size;
    int file = open_plain(folder, name);
    if (file < 0)
        return room;
    while (room && (size = read(file, piece, sizeof piece)) > 0) {
        fwrite(piece, 1, (size_t)size, out);
        room -= (size_t)size < room ? (size_t)size : room;
    }
    fputc('\n', out);
    close(file);
    return room;
}

enum overview_took overview_source(const char *folder, const char *target, size_t most)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_source, alphasort);
    int from = count > 0 ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    FILE *out = from >= 0 ? fopen(target, "we") : NULL;
    size_t room = most;
    for (int i = 0; i < count; i++) {
        if (out)
            room = add(from, names[i]->d_name, out, room);
        free(names[i]);
    }
    free(names);
    if (from >= 0)
        close(from);
    if (from < 0)
        return OVERVIEW_NOTHING;
    if (!out || fclose(out) != 0)
        return OVERVIEW_LOST;
    return room == most ? OVERVIEW_NOTHING : room ? OVERVIEW_TOOK : OVERVIEW_LARGE;
}

int overview_without(const char *path, const bool *gone, size_t lines)
{
    char *text = NULL;
    size_t size = 0, line = 0;
    FILE *in = fopen(path, "re"), *memory = open_memstream(&text, &size), *out = NULL;
    for (int byte; in && memory && (byte = fgetc(in)) != EOF; line += byte == '\n')
        if (line >= lines || !gone[line])
            fputc(byte, memory);
    bool read = in && memory && !ferror(in);
    if (in)
        fclose(in);
    if (memory && fclose(memory) == 0 && read)
        out = fopen(path, "we");
    if (out)
        fwrite(text, 1, size, out);
    free(text);
    return out && fclose(out) == 0 ? 0 : -1;
}
