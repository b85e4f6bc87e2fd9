# plant.awk BUG FILE: print FILE with the edits of BUG. In BUG, after a line "edit FILE", a line that begins with "-"
# is text that must occur exactly once in FILE, and the "+" line after it is what takes its place.
FNR == NR {
    if ($1 == "edit")
        here = $2 == ARGV[2]
    else if (here && $0 ~ /^-/)
        old[++edits] = substr($0, 2)
    else if (here && $0 ~ /^\+/)
        new[edits] = substr($0, 2)
    next
}
{ text = text $0 "\n" }
END {
    for (i = 1; i <= edits; i++) {
        at = index(text, old[i])
        if (!at || index(substr(text, at + 1), old[i])) {
            printf "plant: %s: found '%s' %s, expected it once\n", ARGV[2], old[i], at ? "again" : "nowhere" > "/dev/stderr"
            exit 1
        }
        text = substr(text, 1, at - 1) new[i] substr(text, at + length(old[i]))
    }
    printf "%s", text
}
