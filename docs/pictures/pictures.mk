# The pictures of docs/ and README that are made by the command. The block diagram's text, units.dot, is committed and
# tested; its picture is made of it by Graphviz, and gets colours for light and dark.

PICTURES = docs/pictures

## pictures: make the pictures of docs/pictures again that Nestor and Graphviz draw
.PHONY: pictures
pictures: all rtl
	dot -Tsvg $(PICTURES)/units.dot | awk -v css=$(PICTURES)/units.css '/^<g id="graph0"/ { print "<style>"; \
	    while ((getline line < css) > 0) print line; print "</style>" } { print }' > $(BUILD)/units.svg
	mv $(BUILD)/units.svg $(PICTURES)/units.svg
	$(BUILD)/nestor world --depth 2 --guests 2 --switch-level 1 --at 62000 --svg -o $(PICTURES)/world.svg $(BUILD)/software/sort.elf
