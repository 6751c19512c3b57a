# The last two lines of an Autolab autograder: jq -n -f autolab.jq FILE... of such pairs prints
# what is wrong, []. https://docs.autolabproject.com/lab/#writing-autograders and
# https://docs.autolabproject.com/features/formatted-feedback/
# Ours besides: no key and no string has a colon.
def rule($what; condition): if condition then empty else $what end;
def strings_in: [.. | strings, (objects | keys[])];

def view_faults:
  . as $view |
  rule("view: _presentation"; ._presentation == "semantic"),
  rule("view: stages"; .stages | type == "array" and length > 0 and all(.[]; type == "string")),
  rule("view: a stage is missing"; all(.stages[]; $view[.] | type == "object")),
  (.stages[] as $stage | $view[$stage][] |
    rule("view: passed"; .passed | type == "boolean"),
    rule("view: hint"; .hint == null or (.hint | type == "string"))),
  rule("view: keys"; keys - .stages == ["_presentation", "stages"]);

def score_faults:
  rule("scores"; .scores | type == "object" and all(.[]; type == "number" and . >= 0)),
  rule("scoreboard"; .scoreboard == null or (.scoreboard | type == "array")),
  rule("scores: keys"; keys - ["scores", "scoreboard"] == []);

[inputs as $view | input as $scores |
  ($view | view_faults), ($scores | score_faults),
  rule("a colon"; [$view, $scores] | strings_in | all(.[]; contains(":") | not))] | unique
