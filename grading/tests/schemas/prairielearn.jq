# results.json of a PrairieLearn external grader: jq -n -f prairielearn.jq FILE... prints what is
# wrong, []. https://docs.prairielearn.com/externalGrading/#grading-results
def rule($what; condition): if condition then empty else $what end;
def text: type == "string";
def points: type == "number" and . >= 0 and . < 1e9;

def test_faults:
  rule("test: name"; .name | text and length > 0),
  rule("test: description"; .description == null or (.description | text)),
  rule("test: points"; (.points | points) and (.max_points | points) and
    .points <= .max_points + 1e-9),
  rule("test: message"; .message | text),
  rule("test: output"; .output | text);

def faults:
  rule("gradable"; .gradable | type == "boolean"),
  rule("score"; .gradable == false or (.score | type == "number" and . >= 0 and . <= 1)),
  rule("format_errors"; .gradable or (.format_errors |
    text or (type == "array" and length > 0 and all(.[]; text)))),
  rule("message"; .message | text and length > 0),
  rule("output"; .output | text),
  rule("tests"; .gradable == false or (.tests | type == "array")),
  (.tests[]? | test_faults);

[inputs | faults] | unique
