/*
 * Reading Lua tables into structs: lab{}, check{}, and the options of verbs. A key that is not
 * known, or of the wrong type, ends the script with its place and the keys that are known.
 *
 * A table of struct key says which keys there are, who reads each, and into which field.
 */
#ifndef IOLAB_KEYS_H
#define IOLAB_KEYS_H

#include <lua.h>
#include <stddef.h>

struct key;

/* Reads the value on top of the stack into `field`; `what` is "check{}: points", for messages.
 */
typedef void key_read(lua_State *lua, const struct key *key, const char *what, void *field);

struct key {
    const char *name;
    key_read *read;
    size_t offset; /* of the field */
};

/*
 * Reads every key of the table at `index` (nil or none: nothing to read) into `into`. `what`
 * is how messages call the table: "check{}". The list ends with a NULL name.
 */
void keys_read(lua_State *lua, int index, const struct key *keys, void *into, const char *what);

/* Readers, and the type of the field of each. */
key_read key_seconds;  /* double > 0 */
key_read key_points;   /* double >= 0 */
key_read key_count;    /* int64_t >= 0 */
key_read key_flag;     /* bool */
key_read key_text;     /* char *, malloc'd */
key_read key_texts;    /* char **, malloc'd, NULL-terminated */
key_read key_limits;   /* struct limits */
key_read key_json;     /* char *, malloc'd: a table as JSON object */
key_read key_function; /* int: reference in the registry */

void keys_free_texts(char **texts);

/* The name among `count` that was probably meant by `wrong`; NULL: none is near. */
const char *keys_nearest(const char *wrong, const char *const *names, size_t count);

#endif
