#!/bin/sh
# formatter.sh ARGUMENTS...: clang-format, of the one version that the tree is formatted with; others format otherwise.
# Exit status 3, and a line that says so, where there is only another.
version=14
for program in "clang-format-$version" clang-format; do
    found=$("$program" --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p')
    [ "$found" = "$version" ] && exec "$program" "$@"
    [ -n "$found" ] && others="${others:-}clang-format $found"
done
echo "formatter: found ${others:-no clang-format}, expected version $version" >&2
exit 3
