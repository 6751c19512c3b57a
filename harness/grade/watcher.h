/*
 * Watching files for changes: by inotify, and by looking at their times once a second, since
 * inotify is silent on network file systems and may be used up (max_user_watches).
 */
#ifndef IOLAB_WATCHER_H
#define IOLAB_WATCHER_H

#include <stdbool.h>

#include "base/failure.h"

struct watcher;

/* Watches these files (NULL-terminated, relative to folder), also ones that do not exist yet.
 */
struct watcher *watcher_open(const char *folder, char *const *files, struct failure *failure);

/* A descriptor that is readable when something may have changed; -1: there is none, so ask
   watcher_changed once a second. */
int watcher_descriptor(const struct watcher *watcher);

/* Has one of the files changed since the last call (or the opening)? Does not wait. */
bool watcher_changed(struct watcher *watcher);
void watcher_close(struct watcher *watcher);

#endif
