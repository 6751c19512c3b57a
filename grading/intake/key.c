/* Names of students as folder names. See intake_key in intake.h. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "grading/intake/intake.h"
#include "grading/result/digest.h"

#define LONGEST 64
#define HASH    16 /* hexadecimal digits behind the last "-" of a name that was changed */

static bool safe(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' ||
           byte == '_' || byte == '-';
}

/* Does it end as a changed name does? Such a name is changed too, so that nobody can choose to be
   called as somebody else's key. */
static bool looks_changed(const char *name, size_t size)
{
    if (size <= HASH || name[size - HASH - 1] != '-')
        return false;
    return strspn(name + size - HASH, "0123456789abcdef") == HASH;
}

/* A name that begins with "-" would be an option to other programs. */
static bool stays(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > LONGEST || *name == '.' || *name == '-')
        return false;
    for (const char *byte = name; *byte; byte++)
        if (!safe(*byte))
            return false;
    return !looks_changed(name, size);
}

/* What can be read of it, for people. */
static void readable(const char *name, char *text, size_t room)
{
    size_t used = 0;
    for (; *name && used < room; name++) {
        char byte = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
        bool first = used == 0;
        text[used++] = safe(byte) && !(first && (byte == '.' || byte == '-')) ? byte : '_';
    }
    text[used] = '\0';
}

char *intake_key(const char *name)
{
    if (stays(name))
        return strdup(name);
    char text[LONGEST + 1], hash[65], *key = NULL;
    struct digest *digest = digest_new();
    if (!digest)
        return NULL;
    digest_add(digest, name, strlen(name));
    digest_end(digest, hash);
    readable(name, text, LONGEST - HASH - 1);
    if (asprintf(&key, "%s-%.*s", *text ? text : "_", HASH, hash) < 0)
        return NULL;
    return key;
}
