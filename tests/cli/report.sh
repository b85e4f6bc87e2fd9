#!/bin/sh
# nestor report: TAP. Run from the top of the tree; NESTOR says what is tested. What is in page and pictures: tests/unit/test_report.c.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
. tests/support/tap.sh

call() {
    "$NESTOR" report "$@" >out 2>err
    status=$?
}

# fails PATTERN ARGUMENTS...: one line of error that has the pattern, and no page.
fails() {
    pattern=$1
    shift
    call "$@"
    report "report $* says $pattern" sh -c "[ $status -eq 125 ] && grep -q -- '$pattern' err && [ ! -s out ] && ! ls | grep -q 'bad'"
}

# result DEPTH MISSES
result() {
    printf '{"schema":"nestor-lab-1","version":"1","command":"nestor measure --depth %s a.elf","program":"a.elf","depth":%s,' "$1" "$1"
    printf '"instructions":1000,"associator":{"accesses":900,"lookups":90,"misses":%s,"walk_reads":%s}}\n' "$2" "$2"
}

result 1 9 >one.jsonl
result 2 12 >two.jsonl

call one.jsonl two.jsonl -o page.html --svg pictures/new
report "the page and the pictures are written" sh -c "[ $status -eq 0 ] && [ ! -s err ] && grep -q 'id=\"misses-depth\"' page.html"
report "a picture for each plot" sh -c '[ "$(grep -c "<figure id=" page.html)" -eq "$(ls pictures/new/*.svg | wc -l)" ]'
report "and they stand alone" sh -c 'head -n 1 pictures/new/misses-depth.svg | grep -q xmlns'
report "depths are whole numbers" sh -c '! grep -q ">[0-9]*\.5<" pictures/new/lookups-depth.svg && grep -q ">2<" pictures/new/lookups-depth.svg'
report "the page says what made it" grep -q 'nestor report one.jsonl two.jsonl -o page.html --svg pictures/new' page.html
cat one.jsonl two.jsonl | "$NESTOR" report - -o - >out 2>err
status=$?
report "from standard input to standard output" sh -c "[ $status -eq 0 ] && grep -q 'from standard input, line 2' out && grep -q '</html>' out"

fails 'found no results, expected RESULTS' -o bad.html
fails 'found neither -o nor --svg' one.jsonl
fails '^nestor: none.jsonl: cannot open' none.jsonl -o bad.html
: >empty.jsonl
fails 'empty.jsonl: found no result, expected one JSON object on each line' one.jsonl empty.jsonl -o bad.html
{ cat one.jsonl; head -c 100 two.jsonl; } >torn.jsonl
call torn.jsonl -o page.html
report "a torn last line is left out, and told" sh -c \
    "[ $status -eq 0 ] && grep -q '^nestor: warning: torn.jsonl: the last line has no end' err && ! grep -q 'torn.jsonl, line 2' page.html"
head -c 100 two.jsonl >torn.jsonl
fails 'torn.jsonl: found no result' torn.jsonl -o bad.html
{ cat one.jsonl; printf '{"schema": 1 2}'; } >broken.jsonl
fails 'broken.jsonl:2: column' broken.jsonl -o bad.html
head -c -1 two.jsonl >whole.jsonl
call whole.jsonl -o page.html
report "a whole line without its end is read" sh -c "[ $status -eq 0 ] && [ ! -s err ]"

# What is there twice.
cp one.jsonl again.jsonl
call one.jsonl two.jsonl again.jsonl -o page.html
report "a result that is there twice is drawn once" sh -c \
    "[ $status -eq 0 ] && grep -q 'warning: found 1 result that is there already' err && ! grep -q 'again.jsonl, line' page.html"
result 1 10 >after.jsonl
call one.jsonl two.jsonl after.jsonl -o page.html
report "other numbers in another file are another line, by the file's name" sh -c \
    "[ $status -eq 0 ] && [ ! -s err ] && grep -q 'a.elf (one.jsonl)' page.html && grep -q 'a.elf (after.jsonl)' page.html"
cat one.jsonl after.jsonl >contrary.jsonl
fails 'contrary.jsonl:2: found other numbers than in line 1' contrary.jsonl -o bad.html
sed 's/}$/,"grid":[{"sets":1,"ways":1,"misses":80},{"sets":2,"ways":1,"misses":50}]}/' one.jsonl >grid.jsonl
call one.jsonl grid.jsonl -o page.html
report "what was measured beside it is added" grep -q 'id="grid' page.html

# Pictures of before.
call one.jsonl two.jsonl grid.jsonl --svg pictures/old
echo '<svg/>' >pictures/old/mine.svg
call one.jsonl two.jsonl --svg pictures/old
report "pictures of another report are told" sh -c \
    "[ $status -eq 0 ] && grep -q 'warning: pictures/old: found 1 picture of another report, grid.*svg, which stays' err"
sed 's/"misses":9/"misses":"9"/' one.jsonl >text.jsonl
fails 'text.jsonl:1: associator.misses: found "9", expected a whole number of 0 or more' text.jsonl -o bad.html
fails 'one.jsonl: found what is read, expected another file to write' two.jsonl one.jsonl -o one.jsonl
report "and it is still there" grep -q '"misses":9,' one.jsonl
sed 's/"depth":1/"depth":3000000000/' one.jsonl >deep.jsonl
fails 'deep.jsonl:1: depth: found 3000000000, expected a number of levels, 0 to 8' deep.jsonl -o bad.html
fails 'cannot create' one.jsonl -o nowhere/bad.html
fails 'Is a directory' . -o bad.html
report "nothing half written is left" sh -c '! ls -A | grep -q "html\.[A-Za-z0-9]\{6\}$"'

tap_end
