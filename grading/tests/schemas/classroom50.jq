# result.json of a Classroom 50 autograder, classroom50/result/v1, a closed object:
# jq -n -f classroom50.jq FILE... prints what is wrong, [].
# https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json and, for
# what compares fields, https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
def rule($what; condition): if condition then empty else $what end;
def filled: type == "string" and length > 0;
def whole: type == "number" and . >= 0 and . == floor and . < 1e9;
def moment: type == "string" and
  test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$");
def needed: ["schema", "classroom", "assignment", "assignment_type", "owner", "submission",
  "commit", "release", "review", "datetime", "score", "max-score", "tests"];

def test_faults:
  rule("test: test-name"; .["test-name"] | filled),
  rule("test: passed"; .passed | type == "boolean"),
  rule("test: score"; (.score | whole) and (.["max-score"] | whole) and
    .score <= .["max-score"]);

def faults:
  rule("needed"; needed - keys == []),
  rule("closed"; keys - needed - ["graded_at", "submitted_by"] == []),
  rule("schema"; .schema == "classroom50/result/v1"),
  rule("texts"; all(.classroom, .assignment, .owner, .commit, .release, .review; filled)),
  rule("assignment_type"; .assignment_type | IN("individual", "group")),
  rule("submission"; .submission | filled and startswith("submit/")),
  rule("datetime"; .datetime | moment),
  rule("graded_at"; .graded_at == null or (.graded_at | moment)),
  rule("score"; (.score | whole) and (.["max-score"] | whole) and .score <= .["max-score"]),
  rule("sums"; .score == ([.tests[]?.score] | add // 0) and
    .["max-score"] == ([.tests[]?["max-score"]] | add // 0)),
  (.tests[]? | test_faults);

[inputs | faults] | unique
