#!/bin/sh
# campaign-part.sh FOLDER PART: `make campaign-PART`. Its output is in FOLDER/PART.log while it runs, and on stdout when it has ended,
# so that parts may run side by side. A part that fails has its name in FOLDER/failed, and the status is 0 all the same.
set -u
folder=$1 part=$2
begin=$(date +%s)
make --no-print-directory "campaign-$part" >"$folder/$part.log" 2>&1 || echo "$part" >>"$folder/failed"
cat "$folder/$part.log"
echo "campaign-$part: $(($(date +%s) - begin)) s"
