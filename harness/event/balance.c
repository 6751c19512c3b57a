/* See balance.h. */
#include "event/balance.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "event/moves.h"

struct account {
    int connection;
    int64_t bytes[MOVE_NONE];        /* of the events that are left out */
    struct event *latest[MOVE_NONE]; /* of these */
    UT_hash_handle hh;
};

static struct account *account_find(struct account *accounts, int connection)
{
    struct account *account;
    HASH_FIND_INT(accounts, &connection, account);
    return account;
}

static int account_open(struct account **accounts, int connection)
{
    if (account_find(*accounts, connection))
        return 0;
    struct account *account = calloc(1, sizeof *account);
    if (!account)
        return -1;
    account->connection = connection;
    HASH_ADD_INT(*accounts, connection, account);
    if (account->hh.tbl)
        return 0;
    free(account);
    return -1;
}

static bool opens(const struct event *event)
{
    return event->connection > 0 &&
           (event->kind == EVENT_OPEN ||
            (event->kind == EVENT_STEP && event->verb && strcmp(event->verb, "connect") == 0));
}

static void account_add(const struct recording *recording, struct account *accounts,
                        struct event *event)
{
    int64_t bytes;
    struct account *account = account_find(accounts, event->connection);
    if (!account)
        return;
    const struct event *enter =
        event->kind == EVENT_LEAVE ? recording_find(recording, event->pair) : NULL;
    enum move move = move_of(event, enter, &bytes);
    if (move == MOVE_NONE || bytes > INT64_MAX - account->bytes[move])
        return;
    account->bytes[move] += bytes;
    account->latest[move] = event;
}

/* What came in less what went out is what is left; of either the larger keeps the rest. */
static void settle(const struct recording *recording, struct account *account, enum move in,
                   enum move out, bool *kept)
{
    int64_t left = account->bytes[in] - account->bytes[out];
    struct event *rest = account->latest[left > 0 ? in : out];
    if (left == 0)
        return;
    rest->bytes = left > 0 ? left : -left;
    kept[rest - recording->events] = true;
}

int balance_keep(struct recording *recording, size_t cut, bool *kept)
{
    struct account *accounts = NULL, *account, *next;
    int answer = 0;
    for (size_t i = 0; i < recording->count && answer == 0; i++)
        if (kept[i] && opens(&recording->events[i]))
            answer = account_open(&accounts, recording->events[i].connection);
    for (size_t i = 0; i < cut && answer == 0; i++)
        if (!kept[i] && recording->events[i].connection > 0)
            account_add(recording, accounts, &recording->events[i]);
    HASH_ITER(hh, accounts, account, next)
    {
        settle(recording, account, MOVE_SENT, MOVE_TAKEN, kept);
        settle(recording, account, MOVE_ANSWERED, MOVE_RECEIVED, kept);
        HASH_DEL(accounts, account);
        free(account);
    }
    return answer;
}
