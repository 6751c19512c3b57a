# A solution without the marks of its regions: what a reader sees, and what "ours: N lines" counts.
/\/\* SOLUTION [0-9]+:/ { comment = !/\*\//; next }
comment { if (/\*\//) comment = 0; next }
/\/\* SKELETON *$/ { skeleton = 1; next }
skeleton { if (/^[ \t]*\*\/ *$/) skeleton = 0; next }
/\/\* END \*\// { next }
{ print }
