/*
 * A server whose behaviour is known, for benchmarks to be pointed at: it answers as the script
 * orders, and keeps the truth of what happened. It is a process of its own, with one epoll loop.
 *
 * Interface: known_server, which does not return.
 *
 * The script speaks to it over the first connection to PORT, a line a command; each is answered
 * by ANSWER_SIZE bytes of "name=value" words:
 *
 *   serve [name=value…]   begins to listen on PORT + 1, and to count anew; see struct behaviour
 *   run LABEL CLIENTS     has the benchmark called, and answers at once
 *   asked NUMBER          answers when so many requests have come
 *   go                    answers those that are held
 *   leave                 closes all connections, and listens no more
 *   open                  how many descriptors and threads the other process has
 *   wait                  answers when the benchmark has returned: what it returned, and the truth
 *
 * Anything else goes to the process of the benchmark, whose answer comes back. The two processes
 * share memory for what they say, and send each other a byte when it is there.
 */
#ifndef KNOWN_SERVER_H
#define KNOWN_SERVER_H

#include <sys/prctl.h>

#include "known_peers.h"

/* --- accepting late --- */

/* Sockets that are connected, or connecting, to our port; `waiting`: those in SYN_SENT. */
static int count_clients(int *waiting)
{
    FILE *table = fopen("/proc/net/tcp", "re");
    char line[256];
    int all = 0;
    *waiting = 0;
    while (table && fgets(line, sizeof line, table)) {
        unsigned int port = 0, state = 0;
        if (sscanf(line, " %*d: %*x:%*x %*x:%x %x", &port, &state) != 2 ||
            port != (unsigned int)known.port)
            continue;
        all += state == 1 || state == 2;
        *waiting += state == 2;
    }
    if (table)
        fclose(table);
    return all;
}

/*
 * Nothing tells of a client that the queue has no room for: the kernel's table is asked. Whoever
 * waits at the end has waited all the time, as all were there in the beginning.
 */
static void accept_late(void)
{
    struct truth *truth = &known.truth;
    for (int rounds = 0;
         count_clients(&truth->waiting) < known.behaviour.clients && rounds < 300; rounds++)
        pause_milliseconds(10);
    double seen = seconds_now();
    pause_milliseconds(known.behaviour.late);
    truth->waited = seconds_now() - seen;
    count_clients(&truth->waiting);
    truth->accepting = seconds_now();
    listen(known.listener, known.behaviour.clients); /* from now on there is room for all */
    accept_all();
}

/* --- what the script says --- */

static void end_service(void)
{
    if (known.listener >= 0)
        close(known.listener);
    known.listener = -1;
    for (int fd = 0; fd < PEERS_MOST; fd++)
        if (known.peers[fd].number > 0)
            forget_peer(&known.peers[fd]);
}

static int value_of(const char *text)
{
    static const char *const names[] = {
#define X(fault, name) name,
        FAULTS(X)
#undef X
    };
    for (int fault = 0; fault < FAULT_COUNT; fault++)
        if (strcmp(text, names[fault]) == 0)
            return fault;
    return (int)strtol(text, NULL, 10);
}

/* "delay=20" */
static void read_word(const char *word)
{
    for (size_t i = 0; i < sizeof behaviour_words / sizeof *behaviour_words; i++) {
        size_t size = strlen(behaviour_words[i].name);
        if (strncmp(word, behaviour_words[i].name, size) != 0 || word[size] != '=')
            continue;
        int value = value_of(word + size + 1);
        memcpy((char *)&known.behaviour + behaviour_words[i].offset, &value, sizeof value);
    }
}

static void read_behaviour(char *words)
{
    known.behaviour = (struct behaviour){.pieces = 1};
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        read_word(word);
}

static void order_serve(char *words)
{
    end_service();
    known.truth = (struct truth){0};
    known.asked_for = 0;
    read_behaviour(words);
    known.listener = support_listen(known.port);
    if (known.behaviour.backlog > 0)
        listen(known.listener, known.behaviour.backlog);
    fcntl(known.listener, F_SETFL, O_NONBLOCK);
    watch(known.listener);
    answer_script("");
}

static void command_benchmark(const char *command)
{
    snprintf(known.common->command, sizeof known.common->command, "%s", command);
    send_whole(known.benchmark, "", 1);
}

static void order_run(char *words)
{
    char command[LINE_SIZE];
    snprintf(command, sizeof command, "run %.*s", LINE_SIZE - 5, words);
    known.returned = false;
    known.ordered = seconds_now();
    command_benchmark(command);
    answer_script("");
    if (known.behaviour.clients > 0)
        accept_late();
}

static void order_asked(char *words)
{
    known.asked_for = (int)strtol(words, NULL, 10);
    if (known.truth.requests >= known.asked_for)
        answer_script("");
}

static void order_go(char *words)
{
    (void)words;
    let_go();
    answer_script("");
}

static void order_leave(char *words)
{
    (void)words;
    end_service();
    answer_script("");
}

/* What the benchmark returned, and the truth. An answer whose end was not seen has come by now. */
static void tell_result(void)
{
    const struct truth *truth = &known.truth;
    double upper = truth->upper;
    for (int fd = 0; fd < PEERS_MOST; fd++)
        if (known.peers[fd].answered > 0)
            upper += seconds_now() - known.peers[fd].not_before;
    char text[ANSWER_SIZE];
    snprintf(text, sizeof text,
             "%.*s connections=%d together=%d open=%d requests=%d answers=%d content=%d "
             "out_of_turn=%d unfinished=%d dribbled=%d connecting=%.9g lower=%.9g upper=%.9g "
             "waiting=%d waited=%.9g passed=%.9g",
             RESULT_SIZE - 1, known.common->answer, truth->connections, truth->together, truth->open,
             truth->requests, truth->answers, truth->content, truth->out_of_turn,
             truth->unfinished, truth->dribbled,
             truth->first_request > 0 ? truth->first_request - called() : 0,
             truth->lower, upper, truth->waiting, truth->waited, known.passed);
    answer_script(text);
    known.waited_for = false;
}

static void order_wait(char *words)
{
    (void)words;
    known.waited_for = true;
}

/* Entries of a folder in /proc of the other process, without "." and "..". */
static int count_entries(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", getppid(), name);
    DIR *folder = opendir(path);
    int count = -2;
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static void order_open(char *words)
{
    (void)words;
    char text[ANSWER_SIZE];
    snprintf(text, sizeof text, "descriptors=%d threads=%d", count_entries("fd"),
             count_entries("task"));
    answer_script(text);
}

static const struct {
    const char *name;
    void (*run)(char *words);
} orders[] = {
    {"serve", order_serve}, {"run ", order_run},    {"asked ", order_asked},
    {"go", order_go},       {"leave", order_leave}, {"wait", order_wait},
    {"open", order_open},
};

static void obey(char *line)
{
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        size_t size = strlen(orders[i].name);
        if (strncmp(line, orders[i].name, size) == 0) {
            orders[i].run(line + size);
            return;
        }
    }
    command_benchmark(line);
    if (receive_byte(known.benchmark))
        answer_script(known.common->answer);
}

/* A line of the script; at its end this process ends. */
static void hear_script(void)
{
    char line[LINE_SIZE];
    size_t used = 0;
    for (; used + 1 < sizeof line; used++) {
        if (recv(known.control, &line[used], 1, 0) <= 0)
            _exit(0);
        if (line[used] == '\n')
            break;
    }
    line[used] = '\0';
    obey(line);
}

static void hear_benchmark(void)
{
    if (!receive_byte(known.benchmark))
        _exit(0);
    known.returned = true;
    known.passed = seconds_now() - known.ordered;
}

/* One round of the loop. False: nothing happened in so many milliseconds. */
static bool serve_events(int milliseconds)
{
    struct epoll_event events[EVENTS_MOST];
    int count = epoll_wait(known.epoll, events, EVENTS_MOST, milliseconds);
    for (int i = 0; i < count; i++) {
        int fd = events[i].data.fd;
        if (fd == known.control)
            hear_script();
        else if (fd == known.benchmark)
            hear_benchmark();
        else if (fd == known.listener)
            accept_all();
        else if (known.peers[fd].number > 0)
            receive_from(&known.peers[fd]);
    }
    return count > 0;
}

static _Noreturn void known_server(int listener, int port, int benchmark, struct common *common)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    known.epoll = epoll_create1(0);
    known.port = port;
    known.benchmark = benchmark;
    known.common = common;
    known.listener = -1;
    do
        known.control = accept(listener, NULL, NULL);
    while (known.control < 0 && errno == EINTR);
    watch(known.control);
    watch(benchmark);
    for (;;) {
        serve_events(send_due());
        if (known.waited_for && known.returned) {
            /* What the benchmark did before it returned, such as closing, is seen first. */
            while (serve_events(0))
                ;
            tell_result();
        }
    }
}

#endif
