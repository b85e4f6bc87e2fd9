#!/bin/sh
# What `make test` runs of the planted bugs: two of the model, three of the generator. `make campaign-planted` runs all.
exec "$(dirname "$0")/planted.sh" build model-rights model-skip rtl-pin rtl-receiver rtl-reservation
