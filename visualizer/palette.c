/*
 * See palette.h. The palette for colour-blind people keeps to blue, yellow and white, which all
 * of them tell apart (Okabe and Ito, "Color Universal Design"); that for projectors uses papers,
 * as thin letters in colour wash out on a wall.
 */
#include "visualizer/palette.h"

#include <string.h>

#define OWN (-1)

/* clang-format off */
const struct palette palettes[] = {
    {"dark", "for dark terminals",
     {[ROLE_PLAIN] = {OWN, OWN, false, false},   [ROLE_TITLE] = {7, OWN, true, false},
      [ROLE_DIM] = {6, OWN, false, false},       [ROLE_KEY] = {3, OWN, true, false},
      [ROLE_CAPTION] = {7, OWN, true, false},    [ROLE_CURSOR] = {OWN, OWN, true, true},
      [ROLE_CHANGED] = {3, OWN, true, false},    [ROLE_BAD] = {7, 1, true, false},
      [ROLE_RUNNING] = {2, OWN, false, false},   [ROLE_BLOCKED] = {4, OWN, true, false},
      [ROLE_POLLING] = {1, OWN, true, false},    [ROLE_PAUSED] = {6, OWN, false, false},
      [ROLE_NOTIFIED] = {3, OWN, true, false},   [ROLE_WAIT] = {4, OWN, true, false},
      [ROLE_COPY] = {5, OWN, true, false}}},
    {"light", "for light terminals",
     {[ROLE_PLAIN] = {OWN, OWN, false, false},   [ROLE_TITLE] = {0, OWN, true, false},
      [ROLE_DIM] = {4, OWN, false, false},       [ROLE_KEY] = {1, OWN, true, false},
      [ROLE_CAPTION] = {0, OWN, true, false},    [ROLE_CURSOR] = {OWN, OWN, true, true},
      [ROLE_CHANGED] = {1, OWN, true, false},    [ROLE_BAD] = {7, 1, true, false},
      [ROLE_RUNNING] = {2, OWN, false, false},   [ROLE_BLOCKED] = {4, OWN, true, false},
      [ROLE_POLLING] = {1, OWN, true, false},    [ROLE_PAUSED] = {6, OWN, false, false},
      [ROLE_NOTIFIED] = {5, OWN, true, false},   [ROLE_WAIT] = {4, OWN, false, false},
      [ROLE_COPY] = {5, OWN, true, false}}},
    {"colour-blind", "blue, yellow and white only",
     {[ROLE_PLAIN] = {OWN, OWN, false, false},   [ROLE_TITLE] = {OWN, OWN, true, false},
      [ROLE_DIM] = {OWN, OWN, false, false},     [ROLE_KEY] = {OWN, OWN, true, false},
      [ROLE_CAPTION] = {OWN, OWN, true, false},  [ROLE_CURSOR] = {OWN, OWN, true, true},
      [ROLE_CHANGED] = {3, OWN, true, false},    [ROLE_BAD] = {0, 3, true, false},
      [ROLE_RUNNING] = {OWN, OWN, false, false}, [ROLE_BLOCKED] = {7, 4, true, false},
      [ROLE_POLLING] = {0, 3, false, false},     [ROLE_PAUSED] = {4, OWN, false, false},
      [ROLE_NOTIFIED] = {3, OWN, true, true},    [ROLE_WAIT] = {4, OWN, true, false},
      [ROLE_COPY] = {3, OWN, true, false}}},
    {"projector", "papers of full colour, for a wall",
     {[ROLE_PLAIN] = {OWN, OWN, true, false},    [ROLE_TITLE] = {7, 4, true, false},
      [ROLE_DIM] = {OWN, OWN, false, false},     [ROLE_KEY] = {OWN, OWN, true, true},
      [ROLE_CAPTION] = {OWN, OWN, true, false},  [ROLE_CURSOR] = {0, 7, true, false},
      [ROLE_CHANGED] = {0, 3, true, false},      [ROLE_BAD] = {7, 1, true, false},
      [ROLE_RUNNING] = {0, 2, true, false},      [ROLE_BLOCKED] = {7, 4, true, false},
      [ROLE_POLLING] = {7, 1, true, false},      [ROLE_PAUSED] = {0, 6, true, false},
      [ROLE_NOTIFIED] = {0, 3, true, false},     [ROLE_WAIT] = {7, 4, false, false},
      [ROLE_COPY] = {7, 5, true, false}}},
};
const size_t palette_count = sizeof palettes / sizeof *palettes;

const struct palette palette_none = {
    "none", "no colour",
    {[ROLE_PLAIN] = {OWN, OWN, false, false},   [ROLE_TITLE] = {OWN, OWN, true, false},
     [ROLE_DIM] = {OWN, OWN, false, false},     [ROLE_KEY] = {OWN, OWN, true, false},
     [ROLE_CAPTION] = {OWN, OWN, true, false},  [ROLE_CURSOR] = {OWN, OWN, false, true},
     [ROLE_CHANGED] = {OWN, OWN, true, false},  [ROLE_BAD] = {OWN, OWN, true, true},
     [ROLE_RUNNING] = {OWN, OWN, false, false}, [ROLE_BLOCKED] = {OWN, OWN, false, false},
     [ROLE_POLLING] = {OWN, OWN, false, false}, [ROLE_PAUSED] = {OWN, OWN, false, false},
     [ROLE_NOTIFIED] = {OWN, OWN, false, false}, [ROLE_WAIT] = {OWN, OWN, false, false},
     [ROLE_COPY] = {OWN, OWN, false, false}},
};
/* clang-format on */

const struct palette *palette_find(const char *name)
{
    if (strcmp(name, palette_none.name) == 0)
        return &palette_none;
    for (size_t i = 0; i < palette_count; i++)
        if (strcmp(name, palettes[i].name) == 0)
            return &palettes[i];
    return NULL;
}
