/* See letters.h. */
#include "visualizer/letters.h"

#include <string.h>

/* clang-format off */
static const char *const shapes[26][LETTERS_ROWS] = {
    {" # ",   "# #",   "###",   "# #",   "# #"},
    {"## ",   "# #",   "## ",   "# #",   "## "},
    {" ##",   "#  ",   "#  ",   "#  ",   " ##"},
    {"## ",   "# #",   "# #",   "# #",   "## "},
    {"###",   "#  ",   "## ",   "#  ",   "###"},
    {"###",   "#  ",   "## ",   "#  ",   "#  "},
    {" ###",  "#   ",  "# ##",  "#  #",  " ###"},
    {"# #",   "# #",   "###",   "# #",   "# #"},
    {"###",   " # ",   " # ",   " # ",   "###"},
    {"  #",   "  #",   "  #",   "# #",   " # "},
    {"# #",   "# #",   "## ",   "# #",   "# #"},
    {"#  ",   "#  ",   "#  ",   "#  ",   "###"},
    {"#   #", "## ##", "# # #", "#   #", "#   #"},
    {"#  #",  "## #",  "# ##",  "#  #",  "#  #"},
    {" # ",   "# #",   "# #",   "# #",   " # "},
    {"## ",   "# #",   "## ",   "#  ",   "#  "},
    {" ## ",  "#  #",  "#  #",  "# ##",  " ###"},
    {"## ",   "# #",   "## ",   "# #",   "# #"},
    {" ##",   "#  ",   " # ",   "  #",   "## "},
    {"###",   " # ",   " # ",   " # ",   " # "},
    {"# #",   "# #",   "# #",   "# #",   "###"},
    {"# #",   "# #",   "# #",   "# #",   " # "},
    {"#   #", "#   #", "# # #", "## ##", "#   #"},
    {"# #",   "# #",   " # ",   "# #",   "# #"},
    {"# #",   "# #",   " # ",   " # ",   " # "},
    {"###",   "  #",   " # ",   "#  ",   "###"},
};
/* clang-format on */

static const char *const blank[LETTERS_ROWS] = {"  ", "  ", "  ", "  ", "  "};

/* Whatever the locale: names of stages are ASCII. */
static const char *const *shape_of(char letter)
{
    if (letter >= 'a' && letter <= 'z')
        return shapes[letter - 'a'];
    return letter >= 'A' && letter <= 'Z' ? shapes[letter - 'A'] : blank;
}

static int width_of(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += (int)strlen(shape_of(*text)[0]) + 1;
    return width;
}

static void put_letter(struct canvas *canvas, int row, int column, enum canvas_role role,
                       const char *const *shape, int wide)
{
    for (int y = 0; y < LETTERS_ROWS; y++)
        for (int x = 0; x < (int)strlen(shape[y]) * wide; x++)
            if (shape[y][x / wide] == '#')
                canvas_point(canvas, row + y, column + x, role, canvas->utf8 ? 0x2588 : '#');
}

int letters_draw(struct canvas *canvas, int row, int column, int most, enum canvas_role role,
                 const char *text)
{
    int wide = width_of(text) * 2 <= most ? 2 : 1, used = 0;
    for (; *text; text++) {
        const char *const *shape = shape_of(*text);
        int width = (int)strlen(shape[0]) * wide;
        if (used + width > most)
            break;
        put_letter(canvas, row, column + used, role, shape, wide);
        used += width + wide;
    }
    return used;
}
