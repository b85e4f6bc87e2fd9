# The pictures of docs/ and README that are made by the command. The block diagram's text, units.dot, is committed and
# tested; its picture is made of it by Graphviz, and gets colours for light and dark.

PICTURES = docs/pictures

## pictures: make the pictures of docs/pictures again that Nestor and Graphviz draw
.PHONY: pictures
pictures: all rtl
	@mkdir -p $(BUILD)/pictures
	dot -Tsvg $(PICTURES)/units.dot | awk -v css=$(PICTURES)/units.css '/^<g id="graph0"/ { print "<style>"; \
	    while ((getline line < css) > 0) print line; print "</style>" } { print }' > $(BUILD)/units.svg
	mv $(BUILD)/units.svg $(PICTURES)/units.svg
	$(BUILD)/nestor world --depth 2 --guests 2 --switch-level 1 --at 62000 --svg -o $(PICTURES)/world.svg $(BUILD)/software/sort.elf
	$(BUILD)/nestor sweep --depth 1-4 --entries 1,2,4..64 $(BUILD)/software/tree_list.elf -o $(BUILD)/pictures/sizes.jsonl
	$(BUILD)/nestor report $(BUILD)/pictures/sizes.jsonl --svg $(BUILD)/pictures/sizes
	$(BUILD)/nestor sweep --depth 1-4 --set associator.entries=16 $(BUILD)/software/tree_list.elf -o $(BUILD)/pictures/walks.jsonl
	$(BUILD)/nestor report $(BUILD)/pictures/walks.jsonl --svg $(BUILD)/pictures/walks
	mv $(BUILD)/pictures/sizes/entries.svg $(BUILD)/pictures/walks/walk-depth.svg $(PICTURES)
