/* Sets of descriptors, out of the details of select, poll and epoll calls (event.h). */
#ifndef IOLAB_JUDGE_SETS_H
#define IOLAB_JUDGE_SETS_H

#include <stdbool.h>
#include <stdint.h>

#define SETS_DESCRIPTORS 4096 /* higher ones are not kept: select's end at 1023 */

struct descriptor_set {
    uint64_t bits[SETS_DESCRIPTORS / 64];
    int highest; /* -1: empty */
    int count;
};

bool set_has(const struct descriptor_set *set, int descriptor);

enum { SET_READ, SET_WRITE, SET_EXCEPT, SETS };

struct sets {
    int64_t nfds; /* -1: not said */
    int entries;  /* of poll: all of them */
    int holes;    /* of poll: those whose descriptor is negative, which are in no set */
    int twice;    /* of poll: a descriptor that stands there again; -1: none */
    int invalid;  /* of poll: one that is not open (NVAL); -1: none */
    struct descriptor_set of[SETS];
};

/* ENTER "8, {3 5}, {}, {}" and LEAVE "{5}, {}, {}". False: not readable, or not whole. */
bool sets_of_select(const char *detail, struct sets *sets);

/*
 * The same out of "{5:IN 6:IN|OUT}": OUT alone puts a descriptor into the write set, anything
 * else (HUP and ERR too: they want attention) into the read set as well. One without any event
 * is in the except set: poll tells of what is exceptional unasked.
 */
bool sets_of_poll(const char *detail, struct sets *sets);

/* "ADD 5 IN|OUT|ET": operation, descriptor, its events, and whether they are edge-triggered,
   or armed for one event only. */
struct epoll_change {
    char operation[8];
    int descriptor;
    const char *events; /* in the detail; "" for DEL, "0" for none */
    bool edge, one_shot;
};
bool epoll_change_of(const char *detail, struct epoll_change *change);

#endif
