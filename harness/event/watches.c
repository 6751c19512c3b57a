/* See watches.h. */
#include "event/watches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "event/phase.h"

struct key {
    int process, fd;
};

/* The interest list of one epoll descriptor: those of its watches that were offered. */
struct interest {
    struct key key;
    struct watch **offered;
    size_t count, room;
    UT_hash_handle hh;
};

struct watch {
    struct key key;
    int connection; /* 0: closed, or none that is known */
    struct interest *interest;
    bool reads;  /* the interest is in reading */
    bool queued; /* it stands in interest->offered */
    UT_hash_handle hh;
};

static struct watch *watch_find(const struct watches *watches, int process, int fd)
{
    struct key key = {process, fd};
    struct watch *watch;
    HASH_FIND(hh, watches->table, &key, sizeof key, watch);
    return watch;
}

static struct watch *watch_get(struct watches *watches, int process, int fd)
{
    struct watch *watch = watch_find(watches, process, fd);
    if (watch)
        return watch;
    watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->key = (struct key){process, fd};
    HASH_ADD(hh, watches->table, key, sizeof watch->key, watch);
    if (watch->hh.tbl)
        return watch;
    free(watch);
    return NULL;
}

static struct interest *interest_find(const struct watches *watches, int process, int fd)
{
    struct key key = {process, fd};
    struct interest *interest;
    HASH_FIND(hh, watches->interests, &key, sizeof key, interest);
    return interest;
}

static struct interest *interest_get(struct watches *watches, int process, int fd)
{
    struct interest *interest = interest_find(watches, process, fd);
    if (interest)
        return interest;
    interest = calloc(1, sizeof *interest);
    if (!interest)
        return NULL;
    interest->key = (struct key){process, fd};
    HASH_ADD(hh, watches->interests, key, sizeof interest->key, interest);
    if (interest->hh.tbl)
        return interest;
    free(interest);
    return NULL;
}

static int offer(struct watch *watch)
{
    struct interest *interest = watch->interest;
    if (!interest || !watch->reads || watch->queued)
        return 0;
    if (interest->count == interest->room) {
        size_t room = interest->room ? interest->room * 2 : 16;
        struct watch **larger = realloc(interest->offered, room * sizeof(struct watch *));
        if (!larger)
            return -1;
        interest->offered = larger;
        interest->room = room;
    }
    interest->offered[interest->count++] = watch;
    watch->queued = true;
    return 0;
}

int watches_offer(struct watches *watches, int process, int fd)
{
    struct watch *watch = watch_find(watches, process, fd);
    return watch ? offer(watch) : 0;
}

/* --- sets as text --- */

/* The next "5" or "5:IN|OUT" of a set that ends at '}'; what = "" for the former. */
struct entry {
    int fd;
    const char *what;
    size_t size;
};

static bool entry_next(const char **at, struct entry *entry)
{
    const char *from = *at + strspn(*at, " ");
    size_t digits = strspn(from, "0123456789");
    if (digits == 0 || digits > 9)
        return false;
    entry->fd = atoi(from);
    from += digits;
    if (*from == ':')
        from++;
    entry->what = from;
    entry->size = strcspn(from, " }");
    *at = from + entry->size;
    return true;
}

static bool mask_has(const char *mask, size_t size, const char *name)
{
    size_t length = strlen(name);
    const char *end = mask + size;
    while (mask < end) {
        size_t word = strcspn(mask, "| }");
        if (mask + word > end)
            word = (size_t)(end - mask);
        if (word == length && memcmp(mask, name, length) == 0)
            return true;
        mask += word + 1;
    }
    return false;
}

static bool asks_to_read(const struct entry *entry)
{
    return entry->size == 0 || mask_has(entry->what, entry->size, "IN");
}

static bool can_read(const struct entry *entry)
{
    static const char *const words[] = {"IN", "RDHUP", "HUP", "ERR"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (mask_has(entry->what, entry->size, words[i]))
            return true;
    return entry->size == 0;
}

static void set_walk(const struct watches *watches, const struct event *event,
                     bool (*wanted)(const struct entry *), watches_fn *each, void *context)
{
    const char *at = event->detail ? strchr(event->detail, '{') : NULL;
    struct entry entry;
    if (!at)
        return;
    at++;
    while (entry_next(&at, &entry)) {
        const struct watch *watch = watch_find(watches, event->process, entry.fd);
        if (watch && watch->connection && wanted(&entry))
            each(context, watch->connection, event);
    }
}

void watches_readable(struct watches *watches, const struct event *leave, watches_fn *each,
                      void *context)
{
    if (leave->result > 0)
        set_walk(watches, leave, can_read, each, context);
}

static void offered_walk(struct interest *interest, const struct event *enter, watches_fn *each,
                         void *context)
{
    for (size_t i = 0; i < interest->count; i++) {
        struct watch *watch = interest->offered[i];
        watch->queued = false;
        if (watch->connection && watch->reads && watch->interest == interest)
            each(context, watch->connection, enter);
    }
    interest->count = 0;
}

void watches_asked(struct watches *watches, const struct event *enter, watches_fn *each,
                   void *context)
{
    struct interest *interest = interest_find(watches, enter->process, enter->fd);
    if (enter->fd == EVENT_NONE)
        set_walk(watches, enter, asks_to_read, each, context);
    else if (interest)
        offered_walk(interest, enter, each, context);
}

/* --- learning --- */

/* "ADD 5 IN|OUT|ET" */
static int learn_interest(struct watches *watches, const struct event *enter)
{
    char operation[8];
    int fd, used = 0;
    if (!enter->detail || sscanf(enter->detail, "%7s %d %n", operation, &fd, &used) < 2)
        return 0;
    const char *mask = enter->detail + used;
    struct watch *watch = watch_get(watches, enter->process, fd);
    struct interest *interest = interest_get(watches, enter->process, enter->fd);
    if (!watch || !interest)
        return -1;
    if (watch->interest != interest && watch->queued)
        watch->queued = false; /* the old list skips it */
    watch->interest = interest;
    watch->reads = strcmp(operation, "DEL") != 0 && mask_has(mask, strlen(mask), "IN");
    return offer(watch);
}

static int learn_descriptor(struct watches *watches, const struct event *event)
{
    struct watch *watch = watch_get(watches, event->process, event->fd);
    if (!watch)
        return -1;
    if (watch->connection != event->connection)
        watch->reads = false; /* a new descriptor of an old number is in no interest list */
    watch->connection = event->connection;
    return 0;
}

int watches_learn(struct watches *watches, const struct recording *recording,
                  const struct event *event)
{
    if (event->kind == EVENT_CLOSE && event->fd >= 0) {
        struct watch *watch = watch_find(watches, event->process, event->fd);
        if (watch && watch->connection == event->connection)
            watch->connection = 0;
        return 0;
    }
    if (event->kind == EVENT_ENTER && phase_call_is(event->call, "epoll_ctl")) {
        const struct event *leave = recording_leave(recording, event);
        return leave && leave->error ? 0 : learn_interest(watches, event);
    }
    bool known =
        event->kind == EVENT_OPEN || event->kind == EVENT_ENTER || event->kind == EVENT_LEAVE;
    if (known && event->fd >= 0 && event->connection > 0)
        return learn_descriptor(watches, event);
    return 0;
}

void watches_free(struct watches *watches)
{
    struct watch *watch, *next_watch;
    struct interest *interest, *next_interest;
    HASH_ITER(hh, watches->table, watch, next_watch)
    {
        HASH_DEL(watches->table, watch);
        free(watch);
    }
    HASH_ITER(hh, watches->interests, interest, next_interest)
    {
        HASH_DEL(watches->interests, interest);
        free(interest->offered);
        free(interest);
    }
}
