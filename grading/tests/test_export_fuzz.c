/* Exports of results of which strings, numbers and types were made anything at all: 500 of them,
   each held against the schema of each format. */
#include "grading/tests/export_fixture.h"
#include "grading/tests/export_schemas.h"

#include "tests/mutate.h"

#define MUTATIONS 500

static char *huge(void)
{
    char *text = malloc(100001);
    memset(text, '"', 100000);
    text[100000] = '\0';
    return text;
}

/* Any bytes: a few of these pieces on end. The caller frees it. */
static char *junk(void)
{
    static const char *const pieces[] = {
        "",
        "\x01",
        "\x1b[31m",
        "\x7f",
        "\xff",
        "\xc3",
        "\xed\xa0\x80",
        "\xef\xbf\xbe",
        "\xc2\x85",
        "\xe2\x80\xae",
        "]]>",
        "<![CDATA[",
        "&#0;",
        "\n",
        "\t",
        "\r\n",
        " # SKIP ",
        "\nnot ok 1 - x\n",
        "\n  ...\n",
        "\nBail out! x\n",
        "\\",
        "\"",
        ":",
        "{\"scores\":{}}",
        "=1+1",
        "%s%n",
        "1..9\n",
        "\xf0\x9f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "TAP version 14\n",
        "\xe2\x80\xa8",
        "submit/",
        "\\u0000",
        "'",
        "passed",
    };
    if (draw(40) == 0)
        return huge();
    char *made = calloc(1, 200);
    for (size_t i = draw(6); i-- > 0;)
        strcat(made, pieces[draw(sizeof pieces / sizeof *pieces)]);
    return made;
}

/* Invalid UTF-8 too, which no parser would have let in. */
static json_t *junk_value(void)
{
    static const double numbers[] = {-1,           0,      1e308,       -1e308, 0.3,
                                     33.333333333, 1e-300, 2147483648.0};
    char *text;
    json_t *value;
    switch (draw(8)) {
    case 0:
        return json_null();
    case 1:
        return json_array();
    case 2:
        return json_real(numbers[draw(sizeof numbers / sizeof *numbers)]);
    case 3:
        return json_integer(draw(2) ? INT64_MIN : INT64_MAX);
    case 4:
        return json_boolean(draw(2));
    default:
        text = junk();
        value = json_string_nocheck(text);
        if (!value) /* jansson looks at it after all */
            value = json_stringn_nocheck(text, strlen(text));
        free(text);
        return value;
    }
}

/* Changes one value somewhere below, and on average one in ten others. */
static void disturb(json_t *json, unsigned one_in)
{
    const char *key;
    json_t *value;
    size_t i;
    void *next;
    json_object_foreach_safe(json, next, key, value)
    {
        if (draw(one_in) == 0)
            json_object_set_new(json, key, junk_value());
        else
            disturb(value, one_in);
    }
    if (json_is_array(json))
        json_array_foreach(json, i, value)
        {
            if (draw(one_in) == 0)
                json_array_set_new(json, i, junk_value());
            else
                disturb(value, one_in);
        }
}

static void disturb_text(char **text)
{
    if (draw(3) != 0)
        return;
    free(*text);
    *text = draw(6) ? junk() : NULL;
}

static void disturb_result(struct result *result)
{
    static const double numbers[] = {0, 1, 150, 1e308, -5, 0.5};
    disturb_text(&result->lab);
    disturb_text(&result->student);
    disturb_text(&result->why);
    disturb_text(&result->box);
    disturb_text(&result->submitted);
    disturb_text(&result->started);
    if (draw(4) == 0)
        result->points = numbers[draw(6)];
    if (draw(4) == 0)
        result->max_points = numbers[draw(6)];
    if (draw(4) == 0)
        result->seconds = numbers[draw(6)];
    if (draw(10) == 0)
        result->state = (enum result_state)draw(3);
    disturb(result->report, draw(2) ? 10 : 100);
}

static void any_result_gives_valid_exports(void **state)
{
    static const char *const names[] = {"out-of-time", "does-not-compile"};
    for (size_t i = 0; i < MUTATIONS; i++) {
        const struct export_options options = OPTIONS((enum page_detail)draw(3));
        struct result *result = result_named(names[draw(4) == 0]);
        disturb_result(result);
        for (size_t format = 0; format < FORMATS; format++) {
            char *text = exported(format_names[format], result, &options);
            keep(*state, format_names[format], text, i);
            free(text);
        }
        result_free(result);
    }
    hold_all(*state, MUTATIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_result_gives_valid_exports, make_folder,
                                        remove_folder),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
