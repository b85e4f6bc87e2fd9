#!/bin/sh
# completion.sh NESTOR: bash completion, made from the commands and options that --help lists.
set -eu
nestor=$1
commands=$("$nestor" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
cat <<'END'
# bash completion of nestor; made by `make install`.
_nestor_options() {
    case $1 in
END
for command in $commands; do
    options=$("$nestor" "$command" --help | grep -o -e '^ *\(-.,\)* *--[a-z-]*' | sed 's/.*\(--\)/\1/' | sort -u | tr '\n' ' ')
    echo "    $command) echo '${options% }' ;;"
done
cat <<END
    esac
}
_nestor() {
    local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    if [ "\$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W '$(echo $commands) help --help --version' -- "\$word")
        return
    fi
END
cat <<'END'
    [ "$before" != = ] || before=${COMP_WORDS[COMP_CWORD - 2]}
    [ "$word" != = ] || word=
    case $before in
    --config | -c) mapfile -t COMPREPLY < <(compgen -W "$(nestor config list 2>/dev/null | awk '{ print $1 }')" -f -- "$word") ;;
    --board) mapfile -t COMPREPLY < <(compgen -W "list $(nestor gen --board list 2>/dev/null | sed 1d | awk '{ print $1 }')" -f -- "$word") ;;
    --sim) mapfile -t COMPREPLY < <(compgen -W 'verilator icarus gates' -- "$word") ;;
    *)
        case $word in
        -*) mapfile -t COMPREPLY < <(compgen -W "$(_nestor_options "${COMP_WORDS[1]}")" -- "$word") ;;
        *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        esac
        ;;
    esac
}
complete -o filenames -F _nestor nestor
END
