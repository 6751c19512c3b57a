/* See axis.h. */
#include "visualizer/axis.h"

#include <inttypes.h>
#include <string.h>

#define TICK     11 /* columns between two ticks, at least: "|2.500 ms" and a blank */
#define DECIMALS 3  /* with more, labels count from a base */

struct unit {
    int64_t ns;
    const char *name;
};

static const struct unit units[] = {
    {1000000000, "s"}, {1000000, "ms"}, {1000, "us"}, {1, "ns"}};

/* The largest unit of which there is one in `time`. */
static size_t unit_of(int64_t time)
{
    size_t unit = 0;
    while (unit < sizeof units / sizeof *units - 1 && units[unit].ns > time)
        unit++;
    return unit;
}

/* How many decimals show multiples of `step` exactly in this unit. */
static int decimals_of(int64_t step, const struct unit *unit)
{
    int decimals = 0;
    for (int64_t digit = unit->ns; digit > 1 && step % digit; digit /= 10)
        decimals++;
    return decimals;
}

/* 1, 2 or 5 times a power of ten; the first that leaves enough columns. */
static int64_t step_of(const struct strip_scale *scale)
{
    static const int64_t factors[] = {1, 2, 5};
    int64_t power = 1, length = scale->end - scale->begin;
    for (int i = 0;; i++) {
        int64_t step = factors[i % 3] * power;
        if (step >= length || (double)step * scale->cells >= (double)length * TICK)
            return step;
        if (i % 3 == 2)
            power *= 10;
    }
}

static void in_unit(char *buffer, size_t room, int64_t time, const struct unit *unit,
                    int decimals)
{
    int64_t digit = unit->ns;
    for (int i = 0; i < decimals; i++)
        digit /= 10;
    if (decimals == 0)
        snprintf(buffer, room, "%" PRId64 " %s", time / unit->ns, unit->name);
    else
        snprintf(buffer, room, "%" PRId64 ".%0*" PRId64 " %s", time / unit->ns, decimals,
                 time % unit->ns / digit, unit->name);
}

const char *axis_time(char buffer[AXIS_TIME], int64_t time, int64_t step)
{
    int64_t size = time < 0 ? -time : time;
    const struct unit *unit = &units[unit_of(size)];
    if (time == 0)
        return strcpy(buffer, "0");
    buffer[0] = '-';
    in_unit(buffer + (time < 0), AXIS_TIME - 1, size, unit, decimals_of(step, unit));
    return buffer;
}

struct ticks {
    int64_t step, base;
    const struct unit *unit;
    int decimals;
};

static struct ticks ticks_of(const struct strip_scale *scale)
{
    struct ticks ticks = {.step = step_of(scale), .unit = &units[unit_of(scale->end)]};
    ticks.decimals = decimals_of(ticks.step, ticks.unit);
    if (ticks.decimals <= DECIMALS)
        return ticks;
    ticks.unit = &units[unit_of(ticks.step)];
    ticks.decimals = 0;
    ticks.base = scale->begin - scale->begin % (ticks.unit->ns * 1000);
    return ticks;
}

/* One whose label has no room is left out. */
static void put_tick(struct canvas *canvas, int row, int column, int room,
                     const struct ticks *ticks, int64_t time)
{
    char text[AXIS_TIME];
    in_unit(text, sizeof text, time - ticks->base, ticks->unit, ticks->decimals);
    if (1 + (ticks->base > 0) + (int)strlen(text) > room)
        return;
    canvas_point(canvas, row, column, ROLE_DIM, canvas->utf8 ? 0x2502 : '|');
    canvas_format(canvas, row, column + 1, room - 1, ROLE_DIM, "%s%s",
                  ticks->base > 0 ? "+" : "", text);
}

void axis_draw(struct canvas *canvas, int row, int column, int label,
               const struct strip_scale *scale)
{
    struct ticks ticks = ticks_of(scale);
    char text[AXIS_TIME];
    if (ticks.base > 0)
        canvas_text(canvas, row, column + 1, label - 1, ROLE_DIM,
                    axis_time(text, ticks.base, ticks.unit->ns * 1000));
    else
        canvas_text(canvas, row, column + 1, label - 1, ROLE_DIM, "time");
    int64_t first = (scale->begin + ticks.step - 1) / ticks.step * ticks.step;
    int64_t count = first > scale->end ? 0 : (scale->end - first) / ticks.step + 1;
    for (int64_t i = 0; i < count; i++) {
        int64_t time = first + i * ticks.step;
        int cell = strip_cell(scale, time), next = scale->cells;
        if (i + 1 < count)
            next = strip_cell(scale, time + ticks.step);
        put_tick(canvas, row, column + label + cell, next - cell, &ticks, time);
    }
}
