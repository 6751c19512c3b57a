/* Exports: what GIFT and Anki take for their own is escaped, and code stays as it is. */
#include "tests/quiz_fixture.h"

#include "quiz/export.h"
#include "quiz/text.h"

typedef int export_fn(FILE *out, struct export_what *what, struct failure *failure);

static char *exported(export_fn *export, const char *questions, size_t *left_out)
{
    char *text = NULL;
    size_t size;
    struct failure failure;
    struct quiz *quiz = quiz_sound(questions);
    struct export_what what = {.quizzes = &quiz, .count = 1};
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(export(out, &what, &failure), 0);
    fclose(out);
    quiz_free(quiz);
    if (left_out)
        *left_out = what.left_out;
    return text;
}

static void holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static char *written(void (*write)(FILE *out, const char *text), const char *text)
{
    char *result = NULL;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    write(out, text);
    fclose(out);
    return result;
}

static void html(FILE *out, const char *text)
{
    quiz_text_html(out, text, "|");
}

static void as_html(void **state)
{
    static const char *const trials[][2] = {
        {"plain", "plain"},
        {"a < b && `x->y`", "a &#60; b &#38;&#38; <code>x-&#62;y</code>"},
        {"one ` alone", "one ` alone"},
        {"one\n\ntwo", "<p>one</p><p>two</p>"},
        {"ask\n\n    if (x)\n        y;\n\n    z;\n\nmore",
         "<p>ask</p><pre>if (x)|    y;||z;</pre><p>more</p>"},
        {"    x;", "<pre>x;</pre>"},
        {"", ""},
        {"\xff\x1b[31m", "\xef\xbf\xbd?[31m"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        char *text = written(html, trials[i][0]);
        assert_string_equal(text, trials[i][1]);
        free(text);
    }
}

static void gift_escapes(void **state)
{
    (void)state;
    char *text = written(gift_escape, "a:b #{x} =~ \\0\nnext");
    assert_string_equal(text, "a\\:b \\#\\{x\\} \\=\\~ \\\\0\\nnext");
    free(text);
}

#define CODE                                                                                   \
    "choice { id = 'code', ask = [[\n  What is x?\n\n      // no comment\n      x = a->b == "  \
    "'\\n' "                                                                                   \
    "? {1} : ~2; #\n]],\n answers = { right '`a->b`', wrong('2: {', 'no = ~') }," QUIZ_REST

static void gift_choice(void **state)
{
    (void)state;
    char *text = exported(export_gift, CODE, NULL);
    holds(text, "$CATEGORY: $course$/iolab/01-blocking\n\n");
    holds(text, "::01-blocking code::[html]<p>What is x?</p><pre>// no comment\\n");
    holds(text, "x \\= a-&\\#62;b \\=\\= '\\\\n' ? \\{1\\} \\: \\~2; \\#</pre> {\n");
    holds(text, "\n=<code>a-&\\#62;b</code>\n");
    holds(text, "\n~2\\: \\{#no \\= \\~\n####w<br>s\n}\n\n");
    assert_null(strstr(text, "->"));
    for (const char *line = text; line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        assert_true(strncmp(line, "//", 2) != 0);
    free(text);
}

static void gift_kinds(void **state)
{
    size_t left_out;
    (void)state;
    char *text = exported(
        export_gift,
        "several { id = 's', ask = 'q', answers = { right 'a', right 'b', right 'c', wrong "
        "'d', "
        "wrong 'e' }," QUIZ_REST
        "number { id = 'n', ask = 'q', answer = 2.5, within = '20%', unit = 'ms'," QUIZ_REST
        "order { id = 'o', ask = 'q', items = { 'x', 'y', 'z' }," QUIZ_REST
        "truth { id = 't', ask = 'q', answer = false, because = { wrong 'a', right 'b' "
        "}," QUIZ_REST "card { id = 'c', front = 'f', back = 'b', source = 's' }\n"
        "predict { id = 'p', ask = 'q', claim = 'c'," QUIZ_REST,
        &left_out);
    holds(text, "\n~%33.33333%a\n~%33.33333%b\n~%33.33333%c\n~%-50%d\n~%-50%e\n####");
    holds(text, "::01-blocking n::[html]q (ms) {#2.5:0.5\n####");
    holds(text, "\n=x -> 1\n=y -> 2\n=z -> 3\n####");
    holds(text, "::01-blocking t::[html]q {FALSE#b#b\n####");
    holds(text, "::01-blocking c::[html]f {####b<br>s}\n\n");
    holds(text, "// 01-blocking p is measured, and left out: --measure\n\n");
    assert_int_equal(left_out, 1);
    free(text);
}

static void first_field(FILE *out, const char *text)
{
    anki_field(out, text, true);
}

static void second_field(FILE *out, const char *text)
{
    anki_field(out, text, false);
}

static void anki_quotes(void **state)
{
    static const struct {
        const char *text, *first, *second;
    } trials[] = {
        {"plain", "plain", "plain"},
        {"#include <x>", "\"#include <x>\"", "#include <x>"},
        {"a\tb", "\"a\tb\"", "\"a\tb\""},
        {"say \"x\"", "\"say \"\"x\"\"\"", "\"say \"\"x\"\"\""},
        {"a\nb", "\"a\nb\"", "\"a\nb\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        char *first = written(first_field, trials[i].text);
        char *second = written(second_field, trials[i].text);
        assert_string_equal(first, trials[i].first);
        assert_string_equal(second, trials[i].second);
        free(first);
        free(second);
    }
}

static void anki_notes(void **state)
{
    size_t left_out;
    (void)state;
    char *text = exported(export_anki,
                          CODE "card { id = 'c', front = '#include \"x\"', back = 'a\\n\\nb', "
                               "source = 's' }\n"
                               "predict { id = 'p', ask = 'q', claim = 'c'," QUIZ_REST,
                          &left_out);
    holds(text, "#separator:Tab\n#html:true\n#notetype:Basic\n#deck:iolab::01-blocking\n"
                "#guid column:1\n#tags column:4\n");
    holds(text,
          "iolab/01-blocking/code\t<p>What is x?</p><pre>// no comment<br>x = a-&#62;b == "
          "'\\n' ? {1} : ~2; #</pre><ul><li>2: {</li><li><code>a-&#62;b</code></li></ul>\t");
    holds(text, "\tiolab 01-blocking choice\n");
    holds(text,
          "iolab/01-blocking/c\t#include &#34;x&#34;\t<p>a</p><p>b</p><br><small>s</small>\t");
    holds(text, "# 01-blocking p is measured, and left out: --measure\n");
    assert_int_equal(left_out, 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_html),     cmocka_unit_test(gift_escapes),
        cmocka_unit_test(gift_choice), cmocka_unit_test(gift_kinds),
        cmocka_unit_test(anki_quotes), cmocka_unit_test(anki_notes),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
