# results.json of a Gradescope autograder: jq -n -f gradescope.jq FILE... prints what is wrong, [].
# https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
# Ours besides: every test is visible, since a hidden one hides the total.
def rule($what; condition): if condition then empty else $what end;
def text: type == "string";
def points: type == "number" and . >= 0 and . < 1e9;
def visibility: IN("hidden", "after_due_date", "after_published", "visible");
def format: IN("text", "html", "simple_format", "md", "ansi");
def known($names): (keys - $names) == [];

def test_faults:
  rule("test: keys"; known(["score", "max_score", "status", "name", "number", "output",
    "output_format", "tags", "visibility", "extra_data"])),
  rule("test: status"; .status | IN("passed", "failed")),
  rule("test: name"; .name | text and length > 0),
  rule("test: number"; .number == null or (.number | text)),
  rule("test: output"; .output | text),
  rule("test: output_format"; .output_format | format),
  rule("test: visibility"; .visibility == "visible"),
  rule("test: points"; has("score") == has("max_score") and
    ((has("score") | not) or ((.score | points) and (.max_score | points) and
      .score <= .max_score + 1e-9)));

def faults:
  rule("keys"; known(["score", "execution_time", "output", "output_format", "visibility",
    "stdout_visibility", "extra_data", "tests", "leaderboard"])),
  rule("score"; .score | points),
  rule("execution_time"; .execution_time == null or (.execution_time | points)),
  rule("output"; .output | text and length > 0),
  rule("output_format"; .output_format | format),
  rule("visibility"; .visibility | visibility),
  rule("stdout_visibility"; .stdout_visibility | visibility),
  rule("extra_data"; .extra_data | type == "object"),
  rule("tests"; .tests | type == "array"),
  (.tests[]? | test_faults);

[inputs | faults] | unique
