/* Reading the table of objectives. See objectives.h. */
#include "objectives/objectives.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "quiz/quiz.h"
#include "scenario/keys.h"
#include "scenario/sandbox.h"

static const struct {
    const char *key, *noun, *command;
} words[] = {
#define X(proof, key, noun, command) [proof] = {key, noun, command},
    PROOFS(X)
#undef X
};

const char *proof_noun(enum proof proof)
{
    return words[proof].noun;
}

const char *proof_command(enum proof proof)
{
    return words[proof].command;
}

/* --- proofs --- */

int proof_lab(const char *written)
{
    return (int)strtol(written, NULL, 10);
}

const char *proof_name(const char *written)
{
    return written + strlen("05/");
}

static bool two_digits(const char *text)
{
    return isdigit((unsigned char)text[0]) && isdigit((unsigned char)text[1]);
}

static bool is_check(const char *name)
{
    return two_digits(name) && !name[2] && strcmp(name, "00") != 0;
}

static bool is_proof(enum proof proof, const char *written)
{
    bool of_lab = two_digits(written) && written[2] == '/';
    if (!of_lab)
        return false;
    return proof == PROOF_CHECK ? is_check(proof_name(written))
                                : quiz_id_valid(proof_name(written));
}

static void check_proofs(lua_State *lua, const char *what, enum proof proof, char **proofs)
{
    if (!proofs[0])
        sandbox_doom(lua, "%s is empty", what);
    for (size_t i = 0; proofs[i]; i++) {
        if (!is_proof(proof, proofs[i]))
            sandbox_doom(lua, "%s: \"%s\" is no %s such as \"%s\"", what, proofs[i],
                         proof_noun(proof), proof == PROOF_CHECK ? "05/11" : "05/half-read");
        for (size_t k = 0; k < i; k++)
            if (strcmp(proofs[i], proofs[k]) == 0)
                sandbox_doom(lua, "%s: \"%s\" stands there twice", what, proofs[i]);
    }
}

static void read_proofs(lua_State *lua, const struct key *key, const char *what, void *field)
{
    enum proof proof =
        strcmp(key->name, words[PROOF_CHECK].key) == 0 ? PROOF_CHECK : PROOF_QUESTION;
    key_texts(lua, key, what, field);
    check_proofs(lua, what, proof, *(char ***)field);
}

static void read_proof(lua_State *lua, const struct key *key, const char *what, void *field)
{
    static const struct key keys[] = {
#define X(proof, key, noun, command) {key, read_proofs, (proof) * sizeof(char **)},
        PROOFS(X)
#undef X
            {NULL, NULL, 0},
    };
    char ***proofs = field;
    (void)key;
    keys_read(lua, -1, keys, proofs, what);
    if (!proofs[PROOF_CHECK] && !proofs[PROOF_QUESTION])
        sandbox_doom(lua, "%s needs checks, quiz, or both", what);
}

/* --- items --- */

#define FIELD(name) offsetof(struct objective, name)

static const struct key item_keys[] = {
    {"id", key_text, FIELD(id)},
    {"says", key_text, FIELD(says)},
    {"place", key_text, FIELD(place)},
    {"proof", read_proof, FIELD(proofs)},
    {"untaught", key_text, FIELD(untaught)},
    {NULL, NULL, 0},
};

static void check_item(lua_State *lua, const struct objectives *objectives,
                       const struct objective *item)
{
    if (!quiz_id_valid(item->id))
        sandbox_doom(lua, "the id \"%s\" is not of letters a-z, digits and \"-\", at most %d",
                     item->id, QUIZ_ID_MOST);
    for (const struct objective *other = objectives->items; other < item; other++)
        if (strcmp(other->id, item->id) == 0)
            sandbox_doom(lua, "there is an item %s already", item->id);
    if (!item->says[0] || strlen(item->says) > OBJECTIVES_SAYS)
        sandbox_doom(lua, "item %s: what it says has 1 to %d bytes", item->id, OBJECTIVES_SAYS);
    if (!item->proofs[PROOF_CHECK] && !item->proofs[PROOF_QUESTION] && !item->untaught)
        sandbox_doom(lua, "item %s needs proof, or untaught: which lab will teach it",
                     item->id);
}

static int declare_list(lua_State *lua)
{
    struct objectives *objectives = sandbox_of(lua)->owner;
    if (lua_type(lua, 1) != LUA_TSTRING)
        sandbox_doom(lua, "list takes a text: list \"Learning objectives\"");
    if (objectives->list_count == OBJECTIVES_MOST)
        sandbox_doom(lua, "at most %d lists stand in a file", OBJECTIVES_MOST);
    objectives->lists[objectives->list_count] = strdup(lua_tostring(lua, 1));
    if (!objectives->lists[objectives->list_count++])
        sandbox_doom(lua, "no memory");
    return 0;
}

static int declare_item(lua_State *lua)
{
    struct objectives *objectives = sandbox_of(lua)->owner;
    if (!lua_istable(lua, 1))
        sandbox_doom(lua, "item takes a table: item { id = ..., ... }");
    if (objectives->list_count == 0)
        sandbox_doom(lua, "an item stands in a list: list \"...\" goes before it");
    if (objectives->count == OBJECTIVES_MOST)
        sandbox_doom(lua, "at most %d items stand in a file", OBJECTIVES_MOST);
    struct objective *item = &objectives->items[objectives->count++];
    item->list = objectives->lists[objectives->list_count - 1];
    keys_read(lua, 1, item_keys, item, "item{}");
    if (!item->id || !item->says || !item->place)
        return sandbox_doom(lua, "item{} needs id, says and place");
    check_item(lua, objectives, item);
    return 0;
}

static int provide(lua_State *lua)
{
    lua_pushcfunction(lua, declare_list);
    lua_setglobal(lua, "list");
    lua_pushcfunction(lua, declare_item);
    lua_setglobal(lua, "item");
    return 0;
}

/* --- files --- */

int objectives_load(struct objectives *objectives, const char *path, struct failure *failure)
{
    struct sandbox sandbox;
    const char *slash = strrchr(path, '/');
    *objectives = (struct objectives){
        .items = calloc(OBJECTIVES_MOST, sizeof *objectives->items),
        .lists = calloc(OBJECTIVES_MOST, sizeof *objectives->lists),
    };
    if (!objectives->items || !objectives->lists)
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", path);
    if (sandbox_open(&sandbox, slash ? slash + 1 : path, provide, objectives, failure) < 0)
        return -1;
    int status = sandbox_load(&sandbox, path, failure);
    sandbox_close(&sandbox);
    if (status == 0 && objectives->count == 0)
        status = failure_set(failure, STATUS_MACHINE, "%s: no item{} stands in it", path);
    return status;
}

static void free_item(struct objective *item)
{
    free(item->id);
    free(item->says);
    free(item->place);
    free(item->untaught);
    for (int proof = 0; proof < PROOF_KINDS; proof++)
        keys_free_texts(item->proofs[proof]);
}

void objectives_free(struct objectives *objectives)
{
    for (size_t i = 0; i < objectives->count; i++)
        free_item(&objectives->items[i]);
    for (size_t i = 0; i < objectives->list_count; i++)
        free(objectives->lists[i]);
    free(objectives->items);
    free(objectives->lists);
    *objectives = (struct objectives){.count = 0};
}
